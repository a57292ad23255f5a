import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { deriveKey } from './secret.ts'
import type { Place } from './seal.ts'

/**
 * What entries are called in the store. Without the secret nobody can try whether a guess is right, of an id or of a whole
 * config: they could, if names were plain hashes.
 */
export class EntryNames {
  readonly #keys: readonly [KeyObject, ...KeyObject[]]

  /** The first names what is written. What is read may have been named by any. */
  constructor([first, ...others]: readonly [Uint8Array, ...Uint8Array[]]) {
    this.#keys = [keyFrom(first), ...others.map(keyFrom)]
  }

  /** In the order in which to look. */
  of({ namespace, kind, of }: Place): [string, ...string[]] {
    const named = JSON.stringify([namespace, kind, of])
    const nameBy = (key: KeyObject) => createHmac('sha256', key).update(named).digest('base64url')
    const [first, ...others] = this.#keys
    return [nameBy(first), ...others.map(nameBy)]
  }
}

function keyFrom(secret: Uint8Array): KeyObject {
  return createSecretKey(deriveKey(secret, 'names'))
}
