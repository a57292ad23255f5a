import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { deriveKey } from './secret.ts'
import { nonceBytes, Xaes256Gcm } from './xaes-256-gcm.ts'

/** Where a text belongs. It can be opened nowhere else. */
export interface Place {
  readonly namespace: string
  readonly kind: 'pointer' | 'blob' | 'target' | 'mail'
  /** Which one: the id of a pointer's entry, a blob's fingerprint, the worker that mail is for. Of targets: `''`. */
  readonly of: string
}

/** Seals and opens with what is derived from one secret. */
export class Seal {
  readonly id: string
  readonly #random: Xaes256Gcm
  readonly #synthetic: Xaes256Gcm
  readonly #nonces: KeyObject

  constructor(id: string, secret: Uint8Array) {
    this.id = id
    this.#random = new Xaes256Gcm(deriveKey(secret, 'random nonces'))
    this.#synthetic = new Xaes256Gcm(deriveKey(secret, 'synthetic nonces'))
    this.#nonces = createSecretKey(deriveKey(secret, 'nonces of targets'))
  }

  /** Base64url of nonce, ciphertext and tag. Of a target always the same: stores tell targets apart by their text. */
  seal(text: string, place: Place): string {
    const bound = this.#bound(place)
    const synthetic = place.kind === 'target'
    const nonce = synthetic ? this.#nonceFor(text, bound) : randomBytes(nonceBytes)
    const sealed = (synthetic ? this.#synthetic : this.#random).seal(nonce, Buffer.from(text), Buffer.from(bound))
    return Buffer.concat([nonce, sealed]).toString('base64url')
  }

  /** `undefined` unless {@link seal} gave exactly this, under this key and for this place. */
  open(payload: string, place: Place): string | undefined {
    const bytes = Buffer.from(payload, 'base64url')
    // Decoding is lenient: several texts give the same bytes.
    if (bytes.toString('base64url') !== payload) return undefined
    const [nonce, sealed] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)]
    const xaes = place.kind === 'target' ? this.#synthetic : this.#random
    return xaes.open(nonce, sealed, Buffer.from(this.#bound(place)))?.toString()
  }

  /** The associated data. One text per place, for any strings: JSON escapes every delimiter. */
  #bound({ namespace, kind, of }: Place): string {
    return JSON.stringify(['rekindle/sealed', 1, this.id, namespace, kind, of])
  }

  /**
   * No nonce for two different messages, nor for one message bound to two places: two tags under one nonce would give the
   * authentication key away. So it is made from both.
   */
  #nonceFor(text: string, bound: string): Buffer {
    const both = JSON.stringify([bound, text])
    return createHmac('sha256', this.#nonces).update(both).digest().subarray(0, nonceBytes)
  }
}
