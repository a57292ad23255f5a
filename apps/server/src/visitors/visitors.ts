import { randomUUID } from 'node:crypto'
import type { AppDatabase } from '../database/schema.ts'
import { ensureUser } from '../database/users.ts'

const cookieName = 'rekindle_visitor'
const oneYearS = 31_536_000
/** Users whose row is known to be there; more are looked up again, which is one read. */
const maxKnown = 10_000

export interface Visitor {
  readonly id: string
  /** The first language the browser asks for. */
  readonly locale: string | undefined
  /** A `Set-Cookie` line, for those who came without a cookie of ours. */
  readonly newCookie: string | undefined
}

/** What of `@fastify/cookie` is used. */
export interface CookieCodec {
  parseCookie(header: string): Record<string, string | undefined>
  serializeCookie(name: string, value: string, options: object): string
  signCookie(value: string): string
  unsignCookie(value: string): { readonly valid: boolean; readonly value: string | null }
}

/**
 * Who is asking: a random id in a signed cookie, issued on first contact. Who may be which user is thus decided here and
 * nowhere else; no request names its user.
 */
export class Visitors {
  readonly #codec: CookieCodec
  readonly #db: AppDatabase
  readonly #known = new Set<string>()

  constructor(codec: CookieCodec, db: AppDatabase) {
    this.#codec = codec
    this.#db = db
  }

  identify(headers: { readonly cookie?: string | undefined; readonly 'accept-language'?: string | undefined }): Visitor {
    const locale = headers['accept-language']?.split(/[,;]/)[0]?.trim()
    const signed = headers.cookie === undefined ? undefined : this.#codec.parseCookie(headers.cookie)[cookieName]
    const { valid, value } = signed === undefined ? { valid: false, value: null } : this.#codec.unsignCookie(signed)
    if (valid && value !== null) return { id: value, locale, newCookie: undefined }
    const id = randomUUID()
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', maxAge: oneYearS }
    return { id, locale, newCookie: this.#codec.serializeCookie(cookieName, this.#codec.signCookie(id), attributes) }
  }

  /** Makes the visitor's row if there is none; free for those this worker has met. */
  async ensureKnown({ id, locale }: Visitor): Promise<void> {
    if (this.#known.has(id)) return
    await ensureUser(this.#db, { id, locale }, Date.now)
    if (this.#known.size >= maxKnown) this.#known.clear()
    this.#known.add(id)
  }
}
