import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { AppDatabase } from '../database/schema.ts'
import type { Settings } from '../settings.ts'
import { ApiKeys } from './api-keys.ts'
import { Authenticator } from './authenticator.ts'
import { KnownUsers } from './known-users.ts'
import { RequestLimits } from './request-limits.ts'
import { SessionCookies } from './session-cookies.ts'
import { Tokens } from './tokens.ts'

export interface IdentityOptions {
  readonly settings: Settings
  readonly cookieSecret: string
  readonly db: AppDatabase
}

export interface IdentityServices {
  readonly authenticator: Authenticator
  readonly cookies: SessionCookies
  readonly keys: ApiKeys
  readonly limits: RequestLimits
  readonly users: KnownUsers
}

/** All that decides who is asking, and how much they may ask. */
export async function identityServices(
  app: FastifyInstance,
  { settings, cookieSecret, db }: IdentityOptions,
): Promise<IdentityServices> {
  const now = Date.now
  await app.register(cookie, { secret: cookieSecret, hook: false })
  await app.register(rateLimit, { global: false, timeWindow: 60_000 })
  const tokens = new Tokens(settings.tokens, now)
  const keys = new ApiKeys(db, now)
  const cookies = new SessionCookies(app, { secure: settings.production, now })
  return {
    authenticator: new Authenticator({ settings, cookieSecret, tokens, keys, cookies }),
    cookies,
    keys,
    limits: new RequestLimits(app, settings.limits.requestsPerMinute),
    users: new KnownUsers(db),
  }
}
