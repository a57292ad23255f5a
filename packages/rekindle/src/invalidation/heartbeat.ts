import type { Clock, Timer } from '../clock.ts'
import type { Events } from '../events.ts'
import { outsideOfRequests } from '../platform/outside-of-requests.ts'
import type { Invalidations } from './invalidations.ts'

/** However tight the bound, the store is asked no more often than this without a request that needs it. */
const minIntervalMs = 50

/** After a failure it is tried again sooner, as a lost connection is often back in a moment; then less and less often. */
const firstRetryMs = 50
const longestRetryMs = 800

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly maxStalenessMs: number
  readonly whenUnsynced: 'serve' | 'rebuild'
  /** Says until when the memory tier may serve without asking again. */
  readonly vouch: (until: number) => void
  /** Says whether the store does not answer: then nobody else asks it. */
  readonly declareDown: (down: boolean) => void
  readonly events: Events
  /** Before the first beat. */
  readonly onStart: () => void
}

/**
 * Says how long the memory tier may be trusted: until `maxStalenessMs` after the view of invalidations was last known to be
 * complete. Twice in that time it asks the store, so messages that were lost cost no more than the bound, and a process that
 * stood still (suspended, or with its event loop blocked) asks before it serves again.
 */
export class Heartbeat {
  readonly #invalidations: Invalidations
  readonly #options: HeartbeatOptions
  #started = false
  #stopped = false
  #timer: Timer | undefined = undefined
  #synced = true
  #failures = 0
  #suspecting = false

  constructor(invalidations: Invalidations, options: HeartbeatOptions) {
    this.#invalidations = invalidations
    this.#options = options
  }

  /** Whether the store answered last time. */
  get synced(): boolean {
    return this.#synced
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    outsideOfRequests(() => {
      this.#options.onStart()
      void this.#beat()
    })
  }

  /** For good. */
  stop(): void {
    this.#started = true
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** The view has just been found or made complete, by a beat or by whoever asked the store. */
  complete(): void {
    const { maxStalenessMs, vouch, declareDown, events } = this.#options
    vouch(this.#invalidations.completeAsOf + maxStalenessMs)
    this.#failures = 0
    if (this.#synced) return
    this.#synced = true
    declareDown(false)
    events.emit('synced', () => ({}))
  }

  /**
   * For a request that comes when nothing is vouched for: resolves to whether memory may serve it. While the store is known not
   * to answer, at once.
   */
  async ensure(): Promise<boolean> {
    const { clock, maxStalenessMs, whenUnsynced } = this.#options
    if (this.#synced && this.#invalidations.completeAsOf <= clock.now() - maxStalenessMs) await this.#beat('afresh')
    return this.#synced || whenUnsynced === 'serve'
  }

  /** Asks the store now. Resolves to whether the view is complete as of this call; at once if the store is known not to answer. */
  async verify(): Promise<boolean> {
    if (this.#synced) await this.#beat('afresh')
    return this.#synced
  }

  /** How much older than a request something may be that it is served while the store does not answer. */
  get toleratedMs(): number {
    const { whenUnsynced, maxStalenessMs } = this.#options
    return whenUnsynced === 'serve' ? Infinity : maxStalenessMs
  }

  async #beat(how: 'joining' | 'afresh' = 'joining'): Promise<void> {
    try {
      await (how === 'afresh' ? this.#invalidations.catchUpAfresh() : this.#invalidations.catchUp())
    } catch (error) {
      this.#failed(error)
    }
    this.#timer?.cancel()
    if (this.#stopped) return
    this.#timer = this.#options.clock.after(this.#pauseMs(), () => void this.#beat())
    this.#timer.unref()
  }

  #pauseMs(): number {
    const { maxStalenessMs, random } = this.#options
    const intervalMs = Math.max(minIntervalMs, maxStalenessMs / 2)
    if (this.#failures === 0) return intervalMs
    // Half of it at random: the workers of a fleet must not all come at once when the store is back.
    return Math.min(intervalMs, longestRetryMs, firstRetryMs * 2 ** this.#failures) * (0.5 + random() / 2)
  }

  /** A request's call to the store has failed: asks, to know whether that was the call or the store. */
  suspect(): void {
    if (this.#started && !this.#stopped && this.#failures === 0 && !this.#suspecting) {
      this.#suspecting = true
      void this.#beat('afresh').finally(() => (this.#suspecting = false))
    }
  }

  #failed(error: unknown): void {
    const { clock, maxStalenessMs, whenUnsynced, vouch, declareDown, events } = this.#options
    this.#failures++
    declareDown(true)
    if (this.#synced) events.emit('unsynced', () => ({ serving: whenUnsynced === 'serve', error }))
    this.#synced = false
    // Until the next beat says otherwise. (Where not, no longer than that either, should the clock have been set back.)
    const limit = clock.now() + maxStalenessMs
    vouch(whenUnsynced === 'serve' ? limit : Math.min(limit, this.#invalidations.completeAsOf + maxStalenessMs))
  }
}
