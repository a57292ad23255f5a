import type { FastifyBaseLogger } from 'fastify'
import type { AppDatabase } from '../database/schema.ts'
import { ensureUser } from '../database/users.ts'
import type { Identity } from './identity.ts'

/** Users whose row is known to be there; more are looked up again, which is one read. */
const maxKnown = 10_000

/** Makes a row for every user on first contact, for what their agents should know of them. */
export class KnownUsers {
  readonly #db: AppDatabase
  readonly #known = new Set<string>()

  constructor(db: AppDatabase) {
    this.#db = db
  }

  /** Free for those this worker has met. Never rejects: agents serve a user without a row as they serve everybody. */
  async welcome({ userId, displayName }: Identity, acceptLanguage: string | undefined, log: FastifyBaseLogger): Promise<void> {
    if (this.#known.has(userId)) return
    // The first language that the browser asks for.
    const locale = acceptLanguage?.split(/[,;]/)[0]?.trim()
    try {
      await ensureUser(this.#db, { id: userId, displayName, locale }, Date.now)
    } catch (error) {
      log.warn({ err: error, userId }, 'a user could not be recorded')
      return
    }
    if (this.#known.size >= maxKnown) this.#known.clear()
    this.#known.add(userId)
  }
}
