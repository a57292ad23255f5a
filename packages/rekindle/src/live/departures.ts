import type { RemovalCause } from '../reasons.ts'

/** Why agents left memory, for those who ask for them next. Remembers the last `capacity` of them. */
export class Departures {
  readonly #causes = new Map<string, RemovalCause>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  note(key: string, cause: RemovalCause): void {
    this.#causes.delete(key)
    this.#causes.set(key, cause)
    if (this.#causes.size <= this.#capacity) return
    for (const oldest of this.#causes.keys()) {
      this.#causes.delete(oldest)
      return
    }
  }

  /** The cause noted last, which is forgotten with this. */
  take(key: string): RemovalCause | undefined {
    const cause = this.#causes.get(key)
    this.#causes.delete(key)
    return cause
  }
}
