import { type Cipheriv, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

export const keyBytes = 32
export const nonceBytes = 24
const tagBytes = 16

/** Of the nonce: this much goes into the key of the message, the rest is the nonce of AES-256-GCM. */
const contextBytes = 12

/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM), which is AES-256-GCM with a key per message: derived by CMAC (NIST SP 800-108r1,
 * counter mode) from the one key and the first half of a nonce of 24 bytes. Such a nonce may be drawn at random for 2^80
 * messages; the 12 bytes of AES-256-GCM alone are good for 2^32 under one key, which a busy fleet reaches.
 */
export class Xaes256Gcm {
  /** ECB is the bare block cipher. It carries nothing over from one call to the next, so one object serves all of them. */
  readonly #aes: Cipheriv
  /** Both blocks that CMAC encrypts, combined with its subkey, but for the nonce. */
  readonly #blocks: Buffer

  /** `key`: 32 bytes. */
  constructor(key: Uint8Array) {
    this.#aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    const subkey = doubled(this.#aes.update(Buffer.alloc(16)))
    this.#blocks = Buffer.concat([subkey, subkey])
    for (const counter of [1, 2]) {
      // Counter (16 bits), label X, separator; the nonce follows.
      const at = 16 * (counter - 1)
      this.#blocks[at + 1]! ^= counter
      this.#blocks[at + 2]! ^= 0x58
    }
  }

  /** The ciphertext and its tag. `nonce`: 24 bytes, never the same for two different messages or data. */
  seal(nonce: Uint8Array, plaintext: Uint8Array, data: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(nonce), nonce.subarray(contextBytes), { authTagLength: tagBytes })
    cipher.setAAD(data)
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  /** What was sealed; `undefined` unless it was sealed so, with this key, nonce and data. */
  open(nonce: Uint8Array, sealed: Uint8Array, data: Uint8Array): Buffer | undefined {
    if (nonce.length !== nonceBytes || sealed.length < tagBytes) return undefined
    const key = this.#keyFor(nonce)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce.subarray(contextBytes), { authTagLength: tagBytes })
    decipher.setAAD(data)
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    const plaintext = decipher.update(sealed.subarray(0, -tagBytes))
    try {
      decipher.final()
    } catch {
      // Not authentic: nobody may see what came out.
      return undefined
    }
    return plaintext
  }

  /** As a `KeyObject`: with bare bytes, making a cipher takes Node five times as long. */
  #keyFor(nonce: Uint8Array): KeyObject {
    const blocks = Buffer.from(this.#blocks)
    for (let at = 0; at < contextBytes; at++) {
      blocks[4 + at]! ^= nonce[at]!
      blocks[20 + at]! ^= nonce[at]!
    }
    return createSecretKey(this.#aes.update(blocks))
  }
}

/** Doubling in GF(2^128), as CMAC (NIST SP 800-38B) makes its subkey from the encrypted zero block. */
function doubled(block: Buffer): Buffer {
  const shifted = Buffer.alloc(16)
  for (let at = 0; at < 16; at++) shifted[at] = (block[at]! << 1) | ((block[at + 1] ?? 0) >> 7)
  if (block[0]! >= 0x80) shifted[15]! ^= 0x87
  return shifted
}
