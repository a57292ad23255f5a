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
  readonly #changesSince: StoreConnection['changesSince']
  readonly #onInvalidated: (invalidated: Invalidated) => void
  #catchingUp: Promise<void> | undefined

  /** `changesSince` asks the store, and must not take for ever. */
  constructor(history: string, changesSince: StoreConnection['changesSince'], onInvalidated: (invalidated: Invalidated) => void) {
    this.view = new InvalidationView(history)
    this.#changesSince = changesSince
    this.#onInvalidated = onInvalidated
  }

  /**
   * Resolves once the view is no older than `store`, a clock that has just been read, or has all that the store can tell: a
   * store may have lost its history, or gone back in it, since that was read.
   */
  async catchUpWith(store: StoreClock): Promise<void> {
    if (!this.view.isBehind(store)) return
    await this.#catchUp()
    // What was joined may have begun before `store` was read. What begins now did not.
    if (this.view.isBehind(store)) await this.#catchUp()
  }

  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#fetchChanges().finally(() => (this.#catchingUp = undefined))
    return this.#catchingUp
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
    this.view.confirm(targets)
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
    let changes = await this.#changesSince(since)
    // What another history counted from says nothing: start at its beginning.
    if (changes.clock.history !== history && since > 0) changes = await this.#changesSince(0)
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
