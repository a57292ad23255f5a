import { hkdfSync } from 'node:crypto'
import { InvalidOptionsError } from '../errors.ts'
import { keyBytes } from './xaes-256-gcm.ts'

/**
 * 32 random bytes: as they are, or as text in base64, base64url or hexadecimal. `openssl rand -base64 32` makes one. An
 * environment variable can be given as it is: if it is not set, that is refused.
 */
export type Secret = Uint8Array | string | undefined

const hexadecimal = /^[0-9a-f]{64}$/i
const base64 = /^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/

/** Throws {@link InvalidOptionsError}, which names the `option` and never what it holds. */
export function secretBytes(option: string, secret: Secret): Uint8Array {
  if (secret instanceof Uint8Array && secret.length === keyBytes) return secret
  if (typeof secret === 'string' && hexadecimal.test(secret)) return Buffer.from(secret, 'hex')
  if (typeof secret === 'string' && base64.test(secret)) {
    const bytes = Buffer.from(secret, 'base64')
    // 43 characters have two bits more than 32 bytes. Where those are set, the text was not made from bytes.
    const made = bytes.toString(/[-_]/.test(secret) ? 'base64url' : 'base64')
    if (made.replace('=', '') === secret.replace('=', '')) return bytes
  }
  const message = `${option} must be ${keyBytes} random bytes, as bytes or as text in base64, base64url or hexadecimal; got ${described(secret)}.`
  throw new InvalidOptionsError(option, `${message} Make one with: openssl rand -base64 ${keyBytes}`)
}

/** What was given, without showing it. */
function described(secret: unknown): string {
  if (secret instanceof Uint8Array) return `${secret.length} bytes`
  if (typeof secret === 'string') return `another text, of ${secret.length} characters`
  return secret === undefined ? 'nothing (is its environment variable set?)' : `a value of type ${typeof secret}`
}

/** A key for one purpose (HKDF-SHA256, RFC 5869): what is done with it tells nothing of the secret, nor of its other keys. */
export function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `rekindle/sealed 1 ${purpose}`, keyBytes))
}
