import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Xaes256Gcm } from './xaes-256-gcm.ts'

const bytes = (text: string) => Buffer.from(text)

describe('XAES-256-GCM', () => {
  // Published with the specification, https://c2sp.org/XAES-256-GCM. The first bit of CMAC's zero block is 0 in one, 1 in the other.
  test.each([
    [0x01, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [0x03, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('gives the published ciphertext under the key of bytes %i', (byte, data, expected) => {
    const xaes = new Xaes256Gcm(Buffer.alloc(32, byte))
    const nonce = bytes('ABCDEFGHIJKLMNOPQRSTUVWX')
    expect(xaes.seal(nonce, bytes('XAES-256-GCM'), bytes(data)).toString('hex')).toBe(expected)
    expect(xaes.open(nonce, Buffer.from(expected, 'hex'), bytes(data))?.toString()).toBe('XAES-256-GCM')
  })

  test('gives the published hash of 10 000 random messages', () => {
    // The random numbers are one stream of SHAKE-128, of which 10 000 messages take less than this.
    const stream = createHash('shake128', { outputLength: 4_000_000 }).digest()
    let at = 0
    const next = (length: number) => stream.subarray(at, (at += length))
    const total = createHash('shake128', { outputLength: 32 })
    for (let message = 0; message < 10_000; message++) {
      const [key, nonce] = [next(32), next(24)]
      const plaintext = next(next(1)[0]!)
      const data = next(next(1)[0]!)
      const xaes = new Xaes256Gcm(key)
      const sealed = xaes.seal(nonce, plaintext, data)
      if (!xaes.open(nonce, sealed, data)?.equals(plaintext)) throw new Error(`message ${message} does not come back`)
      total.update(sealed)
    }
    expect(at).toBeLessThan(stream.length)
    expect(total.digest('hex')).toBe('e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939')
  })

  test('opens nothing that differs in a bit, or in length', () => {
    const xaes = new Xaes256Gcm(Buffer.alloc(32, 7))
    const some = fc.uint8Array({ minLength: 1, maxLength: 100 })
    const parts = fc.tuple(fc.uint8Array({ minLength: 24, maxLength: 24 }), some, some)
    fc.assert(
      fc.property(parts, fc.nat(), fc.nat(), ([nonce, plaintext, data], which, bit) => {
        const whole = [nonce, xaes.seal(nonce, plaintext, data), data] as const
        expect(xaes.open(...whole)).toEqual(Buffer.from(plaintext))
        const altered = whole.map((part) => Uint8Array.from(part)) as [Uint8Array, Uint8Array, Uint8Array]
        const part = altered[which % 3]!
        part[(bit >> 3) % part.length]! ^= 1 << (bit & 7)
        expect(xaes.open(...altered)).toBe(undefined)
        expect(xaes.open(nonce, whole[1].subarray(0, which % whole[1].length), data)).toBe(undefined)
        expect(xaes.open(nonce.subarray(0, which % 24), whole[1], data)).toBe(undefined)
      }),
    )
  })
})
