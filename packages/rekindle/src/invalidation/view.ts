import { type AgentKey, encodeKey, type KeyField, keyFields, projectKey } from '../agent-key.ts'
import type { StoreChanges, StoreClock } from '../config/config-store.ts'
import { isAfter, type Stamp } from './stamp.ts'
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
  readonly #invalidatedAt = new Map<string, Stamp>()
  /** Sets of key fields that some target has named, by the name they make; usually one to three. */
  readonly #shapes = new Map<string, readonly KeyField[]>()

  /** `history`: unique to this process, until the store's own is known. */
  constructor(history: string) {
    this.#stamp = { history, clock: 0, unconfirmed: 0 }
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
    if (!isAfter(this.#stamp, asOf)) return true
    if (this.#changed(everything, asOf) || tags.some((tag) => this.#changed(tagTarget(tag), asOf))) return false
    for (const shape of this.#shapes.values()) {
      if (shape.every((field) => field in key) && this.#changed(encodeKey(projectKey(key as AgentKey, shape)), asOf)) return false
    }
    return true
  }

  #changed(target: string, asOf: Stamp): boolean {
    const invalidated = this.#invalidatedAt.get(target)
    return invalidated !== undefined && isAfter(invalidated, asOf)
  }

  /** Takes in what a store reported. Everything of another history is forgotten, and with it invalid. */
  apply({ clock: store, targets }: StoreChanges): void {
    if (store.history !== this.#stamp.history) {
      this.#invalidatedAt.clear()
      this.#shapes.clear()
      this.#floor = 0
    }
    const { history } = store
    for (const [target, clock] of targets) this.#record(target, { history, clock, unconfirmed: 0 })
    this.#floor = Math.max(store.floor, this.#floor)
    const ahead = history !== this.#stamp.history || store.clock > this.#stamp.clock
    this.#stamp = ahead ? { history, clock: store.clock, unconfirmed: 0 } : { ...this.#stamp }
  }

  /** Takes in an invalidation that the store did not take. The next one that it does take is later than this. */
  applyUnconfirmed(targets: readonly string[]): void {
    this.#stamp = { ...this.#stamp, unconfirmed: this.#stamp.unconfirmed + 1 }
    for (const target of targets) this.#record(target, this.#stamp)
  }

  #record(target: string, at: Stamp): void {
    const before = this.#invalidatedAt.get(target)
    if (before === undefined || isAfter(at, before)) this.#invalidatedAt.set(target, at)
    const fields = fieldsOf(target)
    if (fields === undefined) return
    const shape = keyFields.filter((field) => field in fields)
    this.#shapes.set(shape.join(), shape)
  }
}
