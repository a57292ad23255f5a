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

const maxUnconfirmed = 10_000

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
  /** By target, the clock of its last invalidation. */
  readonly #invalidatedAt = new Map<string, number>()
  /**
   * By target, when an invalidation of it was last tried that no store took. Outlives histories: nothing that a store says of
   * earlier times takes it back.
   */
  readonly #unconfirmed = new Map<string, Stamp>()
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
    if (asOf.clock >= this.#stamp.clock && asOf.unconfirmed >= this.#stamp.unconfirmed) return true
    if (this.#changed(everything, asOf) || tags.some((tag) => this.#changed(tagTarget(tag), asOf))) return false
    for (const shape of this.#shapes.values()) {
      if (shape.every((field) => field in key) && this.#changed(encodeKey(projectKey(key as AgentKey, shape)), asOf)) return false
    }
    return true
  }

  #changed(target: string, asOf: Stamp): boolean {
    return (
      (this.#invalidatedAt.get(target) ?? 0) > asOf.clock || (this.#unconfirmed.get(target)?.unconfirmed ?? 0) > asOf.unconfirmed
    )
  }

  /** Takes in what a store reported. Everything of another history is forgotten, and with it invalid. */
  apply({ clock: store, targets }: StoreChanges): void {
    const { history } = store
    if (history !== this.#stamp.history) {
      this.#invalidatedAt.clear()
      this.#floor = 0
    }
    for (const [target, clock] of targets) {
      this.#invalidatedAt.set(target, Math.max(clock, this.#invalidatedAt.get(target) ?? 0))
      const tried = this.#unconfirmed.get(target)
      if (tried?.history === history && clock > tried.clock) this.#unconfirmed.delete(target)
      this.#noteShape(target)
    }
    this.#floor = Math.max(store.floor, this.#floor)
    const clock = history === this.#stamp.history ? Math.max(store.clock, this.#stamp.clock) : store.clock
    const moved = targets.length > 0 || history !== this.#stamp.history || clock !== this.#stamp.clock
    if (moved) this.#stamp = { ...this.#stamp, history, clock }
  }

  /**
   * Takes in an invalidation that the store did not take. Nothing from the store that it names is valid here until the store
   * has taken one for the same target.
   */
  applyUnconfirmed(targets: readonly string[]): void {
    this.#stamp = { ...this.#stamp, unconfirmed: this.#stamp.unconfirmed + 1 }
    // So many failed that it is not worth telling them apart.
    const named = this.#unconfirmed.size + targets.length > maxUnconfirmed ? [everything] : targets
    for (const target of named) {
      this.#unconfirmed.set(target, this.#stamp)
      this.#noteShape(target)
    }
  }

  /** The store has taken an invalidation by this process. */
  confirm(targets: readonly string[]): void {
    for (const target of targets) this.#unconfirmed.delete(target)
  }

  #noteShape(target: string): void {
    const fields = fieldsOf(target)
    if (fields === undefined) return
    const shape = keyFields.filter((field) => field in fields)
    this.#shapes.set(shape.join(), shape)
  }
}
