import { z } from 'zod'
import type { Identity } from './identity.ts'

const cookieName = 'rekindle_session'
/** Whoever has signed in does so again after this time, or when what they have shown is over. */
const longestMs = 12 * 3_600_000

/** What somebody has shown, and what their session still depends on. */
export interface Grant {
  readonly identity: Identity
  /** Of an API key, its id; of the admin token, its digest. */
  readonly rests?: string | undefined
}

/** What of `@fastify/cookie` is used. */
export interface CookieCodec {
  parseCookie(header: string): Record<string, string | undefined>
  serializeCookie(name: string, value: string, options: object): string
  signCookie(value: string): string
  unsignCookie(value: string): { readonly valid: boolean; readonly value: string | null }
}

/** Nobody but this server writes it; what an earlier version of it wrote may still be around. */
const sessionSchema = z.object({
  userId: z.string(),
  role: z.enum(['user', 'admin']),
  via: z.enum(['token', 'api-key', 'admin-token', 'development']),
  expiresAt: z.number(),
  displayName: z.string().optional(),
  rests: z.string().optional(),
})

/** Browsers keep who has signed in as a signed cookie, which no script can read. The server itself keeps nothing of it. */
export class SessionCookies {
  readonly #codec: CookieCodec
  readonly #options: { readonly secure: boolean; readonly now: () => number }

  constructor(codec: CookieCodec, options: { readonly secure: boolean; readonly now: () => number }) {
    this.#codec = codec
    this.#options = options
  }

  /** A `Set-Cookie` line, and for how long it holds. */
  write({ identity, rests }: Grant): { readonly line: string; readonly expiresAt: number } {
    const now = this.#options.now()
    const expiresAt = Math.min(identity.expiresAt ?? Infinity, now + longestMs)
    const { userId, role, via, displayName } = identity
    const session: z.input<typeof sessionSchema> = { userId, role, via, expiresAt, displayName: displayName?.slice(0, 80), rests }
    const value = this.#codec.signCookie(Buffer.from(JSON.stringify(session)).toString('base64url'))
    return { line: this.#line(value, Math.floor((expiresAt - now) / 1000)), expiresAt }
  }

  /** A `Set-Cookie` line that takes it away. */
  clear(): string {
    return this.#line('', 0)
  }

  /** `undefined` where there is none that is ours, and still holds. */
  read(header: string | undefined): Grant | undefined {
    const signed = header === undefined ? undefined : this.#codec.parseCookie(header)[cookieName]
    const { valid, value } = signed === undefined ? { valid: false, value: null } : this.#codec.unsignCookie(signed)
    if (!valid || value === null) return undefined
    const { success, data } = sessionSchema.safeParse(parse(value))
    if (!success || data.expiresAt <= this.#options.now()) return undefined
    const { userId, role, via, expiresAt, displayName, rests } = data
    return { identity: { userId, role, via, expiresAt, ...(displayName !== undefined && { displayName }) }, rests }
  }

  #line(value: string, maxAge: number): string {
    const { secure } = this.#options
    return this.#codec.serializeCookie(cookieName, value, { path: '/', httpOnly: true, sameSite: 'lax', maxAge, secure })
  }
}

function parse(value: string): unknown {
  try {
    return JSON.parse(Buffer.from(value, 'base64url').toString())
  } catch {
    return undefined
  }
}
