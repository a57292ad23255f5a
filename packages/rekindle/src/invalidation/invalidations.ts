import type { StoreClock, StoreConnection } from '../config/config-store.ts'
import { InvalidationFailedError } from '../errors.ts'
import type { Stamp } from './stamp.ts'
import { InvalidationView } from './view.ts'

/** What has just become invalid: what the targets name, and everything stamped in another history. */
export interface Invalidated {
  readonly targets: readonly string[]
  readonly stamp: Stamp
}

/** Keeps this process's view of the invalidations in step with the store's, and tells when it has moved. */
export class Invalidations {
  readonly view: InvalidationView
  readonly #connection: StoreConnection
  readonly #onInvalidated: (invalidated: Invalidated) => void
  #catchingUp: Promise<void> | undefined

  constructor(history: string, connection: StoreConnection, onInvalidated: (invalidated: Invalidated) => void) {
    this.view = new InvalidationView(history)
    this.#connection = connection
    this.#onInvalidated = onInvalidated
  }

  /** Resolves once the view is no older than `store`, a clock that has just been read. */
  async catchUpWith(store: StoreClock): Promise<void> {
    while (this.view.isBehind(store)) {
      this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = undefined))
      const fetched = this.#catchingUp
      await fetched
      // A clock read before the store lost its history can never be caught up with; the newest one has been.
      if (this.view.stamp.history !== store.history) return
    }
  }

  /**
   * Invalidates by `write`, a call to the store, and here. When the store does not take it, it takes effect here all the
   * same, and the rejection is an {@link InvalidationFailedError}.
   */
  async invalidate(targets: readonly string[], write: () => ReturnType<StoreConnection['invalidate']>): Promise<void> {
    const written = await write().catch((error: unknown) => {
      this.#applyUnconfirmed(targets)
      throw new InvalidationFailedError(error)
    })
    const { history, clock: seen } = this.view.stamp
    if (history === written.clock.history && seen === written.previous) {
      this.#apply(
        written.clock,
        targets.map((target) => [target, written.clock.clock] as const),
      )
    } else {
      await this.catchUpWith(written.clock).catch(() => this.#applyUnconfirmed(targets))
    }
  }

  async #fetchChanges(): Promise<void> {
    const { history, clock: since } = this.view.stamp
    let changes = await this.#connection.changesSince(since)
    // What another history counted from says nothing: start at its beginning.
    if (changes.clock.history !== history && since > 0) changes = await this.#connection.changesSince(0)
    this.#apply(changes.clock, changes.targets)
  }

  #apply(clock: StoreClock, targets: readonly (readonly [string, number])[]): void {
    const before = this.view.stamp
    const historyChanged = before.history !== clock.history
    // What the view has had already must not reach what was loaded since.
    const news = historyChanged ? targets : targets.filter(([, invalidatedAt]) => invalidatedAt > before.clock)
    this.view.apply({ clock, targets: news })
    if (news.length === 0 && !historyChanged) return
    this.#onInvalidated({ targets: news.map(([target]) => target), stamp: this.view.stamp })
  }

  #applyUnconfirmed(targets: readonly string[]): void {
    this.view.applyUnconfirmed(targets)
    this.#onInvalidated({ targets, stamp: this.view.stamp })
  }
}
