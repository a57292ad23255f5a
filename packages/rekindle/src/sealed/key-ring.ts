import { sealedPrefix } from '../config/config-store.ts'
import type { Place, Seal } from './seal.ts'

/** What may be the id of a key: it stands in what is sealed, and in front of it. */
export const keyId: RegExp = /^[\w.-]{1,32}$/

/** Format 1: `sealed1.<id of the key>.<base64url>`. */
const format = `${sealedPrefix}1.`
const sealedText = new RegExp(`^${sealedPrefix}1\\.([\\w.-]{1,32})\\.([\\w-]+)$`)

/** What was found in a store. */
export type Opened =
  | { readonly text: string; readonly flaw?: undefined }
  /** `unknown-key`: it may be right, but this process cannot know. `not-ours`: altered, moved, or never sealed. */
  | { readonly text?: undefined; readonly flaw: 'unknown-key' | 'not-ours' }

/** The keys of an application: the first seals, and each opens what it has sealed. */
export class KeyRing {
  readonly #first: Seal
  readonly #byId: ReadonlyMap<string, Seal>

  constructor(keys: readonly [Seal, ...Seal[]]) {
    this.#first = keys[0]
    this.#byId = new Map(keys.map((key) => [key.id, key]))
  }

  seal(text: string, place: Place): string {
    return `${format}${this.#first.id}.${this.#first.seal(text, place)}`
  }

  /** Never throws. */
  open(sealed: string, place: Place): Opened {
    const [, id, payload] = sealedText.exec(sealed) ?? []
    if (id === undefined || payload === undefined) return { flaw: 'not-ours' }
    const key = this.#byId.get(id)
    if (key === undefined) return { flaw: 'unknown-key' }
    const text = key.open(payload, place)
    return text === undefined ? { flaw: 'not-ours' } : { text }
  }
}
