import { type AgentKey, encodeKey, type KeyField, keyFields, projectKey } from '../agent-key.ts'
import type { SeenClock, StoreChanges, StoreClock } from '../config/config-store.ts'
import type { Stamp } from './stamp.ts'
import { everything, fieldsOf, tagTarget } from './target.ts'

/** What an entry depends on. */
export interface Dependencies {
  /** The fields of the key that it depends on. */
  readonly key: Partial<AgentKey>
  readonly tags: readonly string[]
  /** The clock before anything it was made from was read. */
  readonly asOf: SeenClock & { readonly unconfirmed?: number }
}

/** An invalidation; if it is not confirmed, with the clock when it was tried. */
export interface Remembered {
  readonly target: string
  readonly clock: number
  /** False: no store has taken it, so only this process knows of it. */
  readonly confirmed: boolean
}

const maxUnconfirmed = 10_000

/** A store forgets old targets by raising its floor; where one does not, this process does so for itself. */
const maxTargets = 50_000

/**
 * What this process knows of the namespace's invalidations: the clock it has caught up to, and for each target the clock of
 * its last invalidation.
 *
 * One rule decides everything: **an entry is valid iff nothing it depends on was invalidated after its `asOf`.** `asOf` is
 * read before loading begins, so what was loaded while an invalidation went by is invalid from birth, in whatever order
 * messages and writes arrive.
 *
 * Pure: no time, no I/O. `docs/consistency.md` has the argument, and a test drives this class through random interleavings.
 */
export class InvalidationView {
  #stamp: Stamp
  #floor = 0
  /** By target, the clock of its last invalidation; the oldest first. */
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

  /** How many targets are remembered. */
  get size(): number {
    return this.#invalidatedAt.size
  }

  /**
   * Whether there is something to catch up with, given a clock of the store that was read after this view was at `seen`: a
   * history or invalidations that it has not, or has a store forgotten some that it has.
   */
  isBehind(store: StoreClock, seen?: SeenClock): boolean {
    const { history, clock } = this.#stamp
    return store.history !== history || store.clock > clock || (seen?.history === history && store.clock < seen.clock)
  }

  /** Whether a step of the store's clock is the next one of this view: nothing has been missed. */
  isNext(store: StoreClock, previous: number): boolean {
    return store.history === this.#stamp.history && previous === this.#stamp.clock && store.clock > previous
  }

  isValid({ key, tags, asOf }: Dependencies): boolean {
    if (asOf.history !== this.#stamp.history || asOf.clock < this.#floor) return false
    const unconfirmed = asOf.unconfirmed ?? 0
    if (asOf.clock >= this.#stamp.clock && unconfirmed >= this.#stamp.unconfirmed) return true
    const changed = (target: string) =>
      (this.#invalidatedAt.get(target) ?? 0) > asOf.clock || (this.#unconfirmed.get(target)?.unconfirmed ?? 0) > unconfirmed
    if (changed(everything) || tags.some((tag) => changed(tagTarget(tag)))) return false
    for (const shape of this.#shapes.values()) {
      if (shape.every((field) => field in key) && changed(encodeKey(projectKey(key as AgentKey, shape)))) return false
    }
    return true
  }

  /** The last invalidation that names `key` or one of `tags`, of those that are remembered. */
  lastOf({ key, tags }: Pick<Dependencies, 'key' | 'tags'>): Remembered | undefined {
    const shapes = [...this.#shapes.values()].filter((shape) => shape.every((field) => field in key))
    const targets = [everything, ...tags.map(tagTarget), ...shapes.map((shape) => encodeKey(projectKey(key as AgentKey, shape)))]
    let last: Remembered | undefined
    for (const target of targets) {
      const tried = this.#unconfirmed.get(target)
      const clock = tried?.clock ?? this.#invalidatedAt.get(target)
      if (clock === undefined) continue
      const found = { target, clock, confirmed: tried === undefined }
      if (last === undefined || found.clock > last.clock || (found.clock === last.clock && !found.confirmed)) last = found
    }
    return last
  }

  /**
   * Takes in what a store reported of everything after the clock of this view. Everything of another history is forgotten, and
   * with it invalid.
   */
  apply({ clock: store, targets }: StoreChanges): void {
    const { history } = store
    if (history !== this.#stamp.history) {
      this.#invalidatedAt.clear()
      this.#floor = 0
    }
    for (const [target, clock] of targets) {
      const latest = Math.max(clock, this.#invalidatedAt.get(target) ?? 0)
      this.#invalidatedAt.delete(target)
      this.#invalidatedAt.set(target, latest)
      const tried = this.#unconfirmed.get(target)
      if (tried?.history === history && clock > tried.clock) this.#unconfirmed.delete(target)
      this.#noteShape(target)
    }
    const clock = history === this.#stamp.history ? Math.max(store.clock, this.#stamp.clock) : store.clock
    const moved = targets.length > 0 || history !== this.#stamp.history || clock !== this.#stamp.clock
    if (moved) this.#stamp = { ...this.#stamp, history, clock }
    this.#forgetTo(store.floor)
  }

  /** What is not remembered is presumed: below the floor everything is invalid. */
  #forgetTo(floor: number): void {
    this.#floor = Math.max(floor, this.#floor)
    for (const [target, clock] of this.#invalidatedAt) {
      if (clock > this.#floor && this.#invalidatedAt.size <= maxTargets) return
      this.#floor = Math.max(clock, this.#floor)
      this.#invalidatedAt.delete(target)
    }
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
