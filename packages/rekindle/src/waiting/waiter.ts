import type { AgentKey } from '../agent-key.ts'
import type { Clock, Timer } from '../clock.ts'
import { AcquireTimeoutError } from '../errors.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { Lease } from '../live/lease.ts'
import type { AcquireOptions } from '../options.ts'

/** A request that could not be served at once: for what, since when, and how it hears of the outcome. Settles once. */
export class Waiter<Agent, Config> {
  readonly key: AgentKey
  /** That of the flights of its key. */
  id: string | undefined = undefined
  /** What this process knew of invalidations when it last asked for a build. */
  askedAt: Stamp | undefined = undefined
  readonly since: number
  readonly #resolve: (lease: Lease<Agent, Config>) => void
  readonly #reject: (error: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #timer: Timer | undefined
  /** For the message of a time-out. */
  waitingFor = 'its build'
  /** Takes it out of where it waits. */
  leave: () => void = () => {}
  readonly #onSettled: () => void
  #settled = false

  constructor(
    key: AgentKey,
    since: number,
    { signal, timeoutMs }: AcquireOptions,
    clock: Clock,
    outcome: {
      readonly resolve: (lease: Lease<Agent, Config>) => void
      readonly reject: (error: unknown) => void
      readonly onSettled: () => void
    },
  ) {
    this.key = key
    this.since = since
    this.#resolve = outcome.resolve
    this.#reject = outcome.reject
    this.#onSettled = outcome.onSettled
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort, { once: true })
    if (timeoutMs !== undefined) {
      this.#timer = clock.after(timeoutMs, () => this.reject(new AcquireTimeoutError(timeoutMs, this.waitingFor)))
    }
  }

  /** Nobody waits any more: served, or given up. */
  get settled(): boolean {
    return this.#settled
  }

  readonly #abort = (): void => this.reject(this.#signal?.reason)

  /** It must still be waiting. */
  resolve(lease: Lease<Agent, Config>): void {
    this.#settle()
    this.#resolve(lease)
  }

  reject(error: unknown): void {
    if (this.#settled) return
    this.#settle()
    this.#reject(error)
  }

  #settle(): void {
    this.#settled = true
    this.#timer?.cancel()
    this.#signal?.removeEventListener('abort', this.#abort)
    this.leave()
    this.#onSettled()
  }
}
