import { type AgentKey, encodeKey, type KeyField, keyFields, projectKey } from '../agent-key.ts'
import type { StoreChanges, StoreClock } from '../config/config-store.ts'
import type { Stamp } from './stamp.ts'
import { everything, fieldsOf, tagTarget } from './target.ts'

/** What an entry depends on. */
export interface Dependencies {
  /** The fields of the key that it depends on. */
  readonly key: Partial<AgentKey>
  readonly tags: readonly string[]
  /** The clock before anything it was made from was read. */
  readonly asOf: Stamp
}

/**
 * What this process knows of the namespace's invalidations: the clock it has caught up to, and for each target the clock of
 * its last invalidation.
 *
 * One rule decides everything: **an entry is valid iff nothing it depends on was invalidated after its `asOf`.** `asOf` is
 * read before loading begins, so what was loaded while an invalidation went by is invalid from birth, in whatever order
 * messages and writes arrive.
 */
export class InvalidationView {
  #stamp: Stamp
  #floor = 0
  readonly #invalidatedAt = new Map<string, number>()
  /** Sets of key fields that some target has named, by the name they make; usually one to three. */
  readonly #shapes = new Map<string, readonly KeyField[]>()

  /** `history`: unique to this process, until the store's own is known. */
  constructor(history: string) {
    this.#stamp = { history, clock: 0 }
  }

  /** A new object whenever, and only when, the view has moved. */
  get stamp(): Stamp {
    return this.#stamp
  }

  /** Whether the store has a history or invalidations that this view has not. */
  isBehind(store: StoreClock): boolean {
    return store.history !== this.#stamp.history || store.clock > this.#stamp.clock
  }

  isValid({ key, tags, asOf }: Dependencies): boolean {
    if (asOf.history !== this.#stamp.history || asOf.clock < this.#floor) return false
    if (asOf.clock >= this.#stamp.clock) return true
    if (this.#after(everything, asOf.clock) || tags.some((tag) => this.#after(tagTarget(tag), asOf.clock))) return false
    for (const shape of this.#shapes.values()) {
      if (shape.every((field) => field in key) && this.#after(encodeKey(projectKey(key as AgentKey, shape)), asOf.clock))
        return false
    }
    return true
  }

  #after(target: string, clock: number): boolean {
    const invalidated = this.#invalidatedAt.get(target)
    return invalidated !== undefined && invalidated > clock
  }

  /** Takes in what a store reported. Everything of another history is forgotten, and with it invalid. */
  apply({ clock: store, targets }: StoreChanges): void {
    if (store.history !== this.#stamp.history) {
      this.#invalidatedAt.clear()
      this.#shapes.clear()
      this.#floor = 0
    }
    for (const [target, clock] of targets) this.#record(target, clock)
    const clock = store.history === this.#stamp.history ? Math.max(store.clock, this.#stamp.clock) : store.clock
    this.#floor = Math.max(store.floor, this.#floor)
    this.#stamp = { history: store.history, clock }
  }

  /**
   * Takes in an invalidation that no store has confirmed (there is none, or it failed). Store clocks run in microseconds of
   * real time, so a step of one here stays behind the next confirmed invalidation.
   */
  applyLocally(targets: readonly string[]): void {
    const clock = this.#stamp.clock + 1
    for (const target of targets) this.#record(target, clock)
    this.#stamp = { history: this.#stamp.history, clock }
  }

  #record(target: string, clock: number): void {
    this.#invalidatedAt.set(target, Math.max(clock, this.#invalidatedAt.get(target) ?? 0))
    const fields = fieldsOf(target)
    if (fields === undefined) return
    const shape = keyFields.filter((field) => field in fields)
    this.#shapes.set(shape.join(), shape)
  }
}
