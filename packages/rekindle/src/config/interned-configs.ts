import { freezeDeep, type ParsedJson } from './json.ts'

export interface Interned<Config> {
  readonly config: Config
  /** One string for all that have the config: each parsed pointer has one of its own. */
  readonly fingerprint: string
}

/**
 * Parsed, validated and frozen configs by fingerprint: what a thousand sessions of one agent share. Bounded by count and by
 * the length of the JSON texts; the one not used for longest goes first.
 */
export class InternedConfigs<Config> {
  readonly #entries = new Map<string, Interned<Config> & { readonly size: number }>()
  readonly #maxEntries: number
  readonly #maxSize: number
  #size = 0

  constructor(maxEntries: number, maxSize: number) {
    this.#maxEntries = maxEntries
    this.#maxSize = maxSize
  }

  get size(): number {
    return this.#entries.size
  }

  get(fingerprint: string): Interned<Config> | undefined {
    const entry = this.#entries.get(fingerprint)
    if (entry === undefined) return undefined
    // A Map lists its entries in the order they were set: setting again makes this the youngest.
    this.#entries.delete(fingerprint)
    this.#entries.set(fingerprint, entry)
    return entry
  }

  /** Not a use of it. */
  sizeOf(fingerprint: string): number | undefined {
    return this.#entries.get(fingerprint)?.size
  }

  /** Keeps `config`, which is what the schema made of `parsed`. */
  take(fingerprint: string, config: Config, { value, size }: ParsedJson): Interned<Config> {
    if (config !== value) freezeDeep(config)
    return this.set(fingerprint, config, size)
  }

  set(fingerprint: string, config: Config, size: number): Interned<Config> {
    this.delete(fingerprint)
    const entry = { config, fingerprint, size }
    this.#entries.set(fingerprint, entry)
    this.#size += size
    this.#shrink()
    return entry
  }

  #shrink(): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#size <= this.#maxSize) return
      this.delete(oldest)
    }
  }

  delete(fingerprint: string): void {
    const entry = this.#entries.get(fingerprint)
    if (entry === undefined) return
    this.#entries.delete(fingerprint)
    this.#size -= entry.size
  }
}
