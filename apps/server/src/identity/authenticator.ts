import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { RequestError } from '../problem.ts'
import type { Settings } from '../settings.ts'
import { ApiKeys } from './api-keys.ts'
import type { ApiKey } from './api-keys.ts'
import { credentialsOf } from './credentials.ts'
import { isFromHere } from './from-here.ts'
import type { Identity } from './identity.ts'
import type { Grant, SessionCookies } from './session-cookies.ts'
import { TokenRefused } from './tokens.ts'
import type { Tokens } from './tokens.ts'
import { userIdSchema } from './user-id.ts'

export interface AuthenticatorParts {
  readonly settings: Pick<Settings, 'adminToken' | 'developmentLogin'>
  readonly cookieSecret: string
  readonly tokens: Tokens
  readonly keys: ApiKeys
  readonly cookies: SessionCookies
}

type Request = Pick<FastifyRequest, 'raw' | 'headers'>

/** Why somebody was refused, for the log: never what they have shown. */
export class LoginRefused extends RequestError {
  /** `undefined`: they have shown nothing at all. */
  readonly why: string | undefined

  constructor(message: string, developmentLogin: boolean, why: string | undefined) {
    super({ status: 401, code: 'unauthorized', message, developmentLogin })
    this.why = why
  }
}

/** Decides who is asking, by what they show: a token, a key, a session, or on a developer's machine just a name. */
export class Authenticator {
  readonly #parts: AuthenticatorParts
  readonly #adminDigest: string | undefined

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts
    const { adminToken } = parts.settings
    this.#adminDigest = adminToken === undefined ? undefined : this.#digest(adminToken)
  }

  /** Throws {@link LoginRefused}, or what keeps it from knowing: a `RequestError` of status 503, or of the database. */
  async identify(request: Request): Promise<Identity> {
    const credentials = credentialsOf(request.raw)
    switch (credentials.kind) {
      case 'bearer':
        return (await this.ofToken(credentials.token, request)).identity
      case 'basic':
        return this.ofDeveloper(credentials, request).identity
      case 'unreadable':
        throw this.#refusal(request, 'The header Authorization cannot be understood.', 'unreadable')
      case 'none':
        return this.#ofSession(request)
    }
  }

  async ofToken(token: string, request: Request): Promise<Grant> {
    const digest = this.#digest(token)
    if (this.#isAdmin(digest)) {
      return { identity: { userId: 'service:admin', role: 'admin', via: 'admin-token', expiresAt: undefined }, rests: digest }
    }
    if (ApiKeys.isKey(token)) {
      const key = await this.#parts.keys.check(token)
      if (key === undefined) throw this.#refusal(request, 'There is no such API key, or it has expired.', 'unknown-key')
      return { identity: ofService(key), rests: key.id }
    }
    try {
      return { identity: await this.#parts.tokens.identify(token) }
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      const message = error.code === 'ERR_JWT_EXPIRED' ? 'This token has expired.' : error.message
      throw this.#refusal(request, message, error.code)
    }
  }

  ofDeveloper({ userId, role }: { readonly userId: string; readonly role: string }, request: Request): Grant {
    const known = role === 'admin' ? 'admin' : role === '' || role === 'user' ? 'user' : undefined
    const valid = known !== undefined && userIdSchema.safeParse(userId).success
    if (!valid || !this.#mayBeAnybody(request)) throw this.#refusal(request, 'Nobody signs in like this here.', 'no-developer')
    return { identity: { userId, role: known, via: 'development', expiresAt: undefined } }
  }

  /** A session is worth no more than what was shown for it is worth now. */
  async #ofSession(request: Request): Promise<Identity> {
    const { headers } = request
    const grant = this.#parts.cookies.read(headers.cookie)
    if (grant === undefined) throw this.#refusal(request, 'Sign in first.', undefined)
    const { identity, rests = '' } = grant
    switch (identity.via) {
      case 'token':
        return identity
      case 'api-key': {
        const key = await this.#parts.keys.checkId(rests)
        if (key === undefined) break
        return { ...ofService(key), expiresAt: identity.expiresAt }
      }
      case 'admin-token':
        if (this.#isAdmin(rests)) return identity
        break
      case 'development':
        if (this.#mayBeAnybody(request)) return identity
        break
    }
    throw this.#refusal(request, 'This session is over. Sign in again.', 'session-over')
  }

  #isAdmin(digest: string): boolean {
    if (this.#adminDigest === undefined || digest.length !== this.#adminDigest.length) return false
    return timingSafeEqual(Buffer.from(digest), Buffer.from(this.#adminDigest))
  }

  /** Of equal length whatever was sent, so that the time it takes says nothing; and of no use outside of this server. */
  #digest(token: string): string {
    return createHmac('sha256', this.#parts.cookieSecret).update(token).digest('base64url')
  }

  #mayBeAnybody({ headers, raw }: Request): boolean {
    return this.#parts.settings.developmentLogin && isFromHere(headers, raw.socket.remoteAddress)
  }

  #refusal(request: Request, message: string, why: string | undefined): LoginRefused {
    return new LoginRefused(message, this.#mayBeAnybody(request), why)
  }
}

function ofService({ name, role, expiresAt }: ApiKey): Identity {
  const until = expiresAt === null ? undefined : Date.parse(expiresAt)
  return { userId: `service:${name}`, role, via: 'api-key', expiresAt: until }
}
