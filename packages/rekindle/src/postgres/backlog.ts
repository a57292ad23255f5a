import type { InvalidationTarget } from '../options.ts'

/** With more than this waiting, invalidating everything is the cheaper way, and the one that needs no memory. */
const maxWaiting = 1_000

/** Targets that wait for their invalidation: each once, tags together. Bounded: when there are too many, they become `'all'`. */
export class Backlog {
  #all = false
  readonly #tags = new Set<string>()
  readonly #fields = new Map<string, InvalidationTarget>()

  add(target: InvalidationTarget): void {
    if (this.#all) return
    if (target === 'all') this.#all = true
    else if (target.tags !== undefined) for (const tag of target.tags) this.#tags.add(tag)
    else this.#fields.set(JSON.stringify(target), target)
    if (this.#tags.size + this.#fields.size > maxWaiting) this.#all = true
    if (!this.#all) return
    this.#tags.clear()
    this.#fields.clear()
  }

  /** The next target, taken out before it is invalidated: one that arrives meanwhile needs an invalidation of its own. */
  take(): InvalidationTarget | undefined {
    if (this.#all) {
      this.#all = false
      return 'all'
    }
    if (this.#tags.size > 0) {
      const tags = [...this.#tags]
      this.#tags.clear()
      return { tags }
    }
    for (const [id, target] of this.#fields) {
      this.#fields.delete(id)
      return target
    }
    return undefined
  }
}
