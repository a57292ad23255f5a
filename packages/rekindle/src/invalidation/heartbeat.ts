import type { Clock, Timer } from '../clock.ts'
import type { Events } from '../events.ts'
import type { Invalidations } from './invalidations.ts'

/** However tight the bound, the store is asked no more often than this without a request that needs it. */
const minIntervalMs = 50

/** After a failure it is tried again sooner: a lost connection is often back in a moment. */
const retryMs = 100

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly maxStalenessMs: number
  readonly whenUnsynced: 'serve' | 'rebuild'
  /** Says until when the memory tier may serve without asking again. */
  readonly vouch: (until: number) => void
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
    this.#options.onStart()
    void this.#beat()
  }

  /** For good. */
  stop(): void {
    this.#started = true
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** The view has just been found or made complete, by a beat or by whoever asked the store. */
  complete(): void {
    const { maxStalenessMs, vouch, events } = this.#options
    vouch(this.#invalidations.completeAsOf + maxStalenessMs)
    if (this.#synced) return
    this.#synced = true
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

  async #beat(how: 'joining' | 'afresh' = 'joining'): Promise<void> {
    const { clock, maxStalenessMs } = this.#options
    try {
      await (how === 'afresh' ? this.#invalidations.catchUpAfresh() : this.#invalidations.catchUp())
    } catch (error) {
      this.#failed(error)
    }
    this.#timer?.cancel()
    if (this.#stopped) return
    const intervalMs = Math.max(minIntervalMs, maxStalenessMs / 2)
    this.#timer = clock.after(this.#synced ? intervalMs : Math.min(intervalMs, retryMs), () => void this.#beat())
    this.#timer.unref()
  }

  #failed(error: unknown): void {
    const { clock, maxStalenessMs, whenUnsynced, vouch, events } = this.#options
    if (this.#synced) events.emit('unsynced', () => ({ serving: whenUnsynced === 'serve', error }))
    this.#synced = false
    // Until the next beat says otherwise.
    if (whenUnsynced === 'serve') vouch(clock.now() + maxStalenessMs)
  }
}
