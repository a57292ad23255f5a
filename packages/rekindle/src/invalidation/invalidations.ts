import type { Clock } from '../clock.ts'
import type { SeenClock, StoreAdvance, StoreChanges, StoreClock } from '../config/config-store.ts'
import { InvalidationFailedError } from '../errors.ts'
import type { Stamp } from './stamp.ts'
import { legible } from './target.ts'
import { InvalidationView } from './view.ts'

/** What has just become invalid: what the targets name, and everything stamped in another history or below the floor. */
export interface Invalidated {
  readonly targets: readonly string[]
  readonly stamp: Stamp
  /** Up to here the store has forgotten what this process had not heard of yet. Usually 0. */
  readonly floor: number
}

/** The calls to the store; they must not take for ever. */
export interface InvalidationCalls {
  sync(seen: SeenClock): Promise<StoreChanges>
  invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance>
}

/** Keeps this process's view of the invalidations in step with the store's, and tells when it has moved. */
export class Invalidations {
  readonly view: InvalidationView
  readonly #calls: InvalidationCalls
  readonly #clock: Clock
  readonly #onInvalidated: (invalidated: Invalidated) => void
  readonly #onComplete: () => void
  #catchingUp: Promise<void> | undefined
  #completeAsOf = -Infinity

  constructor(
    history: string,
    calls: InvalidationCalls,
    clock: Clock,
    {
      onInvalidated,
      onComplete,
    }: { readonly onInvalidated: (invalidated: Invalidated) => void; readonly onComplete: () => void },
  ) {
    this.view = new InvalidationView(history)
    this.#calls = calls
    this.#clock = clock
    this.#onInvalidated = onInvalidated
    this.#onComplete = onComplete
  }

  /** The latest time (of the local clock) of which it is known that the view held all that the store had then. */
  get completeAsOf(): number {
    return this.#completeAsOf
  }

  /** Fetches what the view has missed; who calls it meanwhile joins. Rejects if the store cannot be asked. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = undefined))
    return this.#catchingUp
  }

  /** The same, by asking the store after this call: what is under way may have been asked before. */
  async catchUpAfresh(): Promise<void> {
    await this.settled()
    await this.catchUp()
  }

  /** Resolves when nothing is being fetched. */
  async settled(): Promise<void> {
    await this.#catchingUp?.catch(() => {})
  }

  /**
   * Resolves once the view is no older than `store`, a clock that was read after the view was at `seen`, or has all that the
   * store can tell: a store may have lost its history, or gone back in it.
   */
  async catchUpWith(store: StoreClock, seen?: SeenClock): Promise<void> {
    if (!this.view.isBehind(store, seen)) return
    await this.catchUp()
    // What was joined may have begun before `store` was read. What begins now did not.
    if (this.view.isBehind(store)) await this.catchUp()
  }

  async #fetchChanges(): Promise<void> {
    const began = this.#clock.now()
    const seen = this.view.stamp
    const { clock, targets } = await this.#calls.sync(seen)
    this.#apply(clock, targets, seen.history === clock.history && seen.clock < clock.floor ? clock.floor : 0)
    this.#completeAsOf = began
    this.#onComplete()
  }

  /**
   * A message says that the clock has moved, and perhaps how. It may be late, or come twice, or not be the next one: then what
   * was missed is fetched. Rejects if that fails.
   */
  async hear(store: StoreClock, step?: { readonly previous: number; readonly targets: readonly string[] }): Promise<void> {
    if (![store.clock, store.floor].every(Number.isSafeInteger)) return
    if (step !== undefined && this.view.isNext(store, step.previous)) {
      this.#apply(
        store,
        step.targets.map((target) => [target, store.clock] as const),
        0,
      )
    } else {
      await this.catchUpWith(store)
    }
  }

  /**
   * Invalidates in the store and here, and resolves to the clock after it. When the store does not take it, it takes effect
   * here all the same, and the rejection is an {@link InvalidationFailedError}.
   */
  async invalidate(targets: readonly string[]): Promise<StoreClock> {
    const written = await this.#calls.invalidate(targets, this.view.stamp).catch((error: unknown) => {
      this.#applyUnconfirmed(targets)
      throw new InvalidationFailedError(error)
    })
    try {
      await this.hear(written.clock, { previous: written.previous, targets })
      // Not before: until then an earlier one that failed is all that keeps what it names from being served.
      this.view.confirm(targets)
    } catch {
      this.#applyUnconfirmed(targets)
    }
    return written.clock
  }

  #apply(clock: StoreClock, targets: readonly (readonly [string, number])[], floor: number): void {
    const before = this.view.stamp
    const historyChanged = before.history !== clock.history
    // What the view has had already must not reach what was loaded since.
    const news = targets
      .filter(([, invalidatedAt]) => historyChanged || invalidatedAt > before.clock)
      .map(([target, invalidatedAt]) => [legible(target), invalidatedAt] as const)
    this.view.apply({ clock, targets: news })
    if (news.length === 0 && !historyChanged && floor === 0) return
    this.#onInvalidated({ targets: news.map(([target]) => target), stamp: this.view.stamp, floor })
  }

  #applyUnconfirmed(targets: readonly string[]): void {
    this.view.applyUnconfirmed(targets)
    this.#onInvalidated({ targets, stamp: this.view.stamp, floor: 0 })
  }
}
