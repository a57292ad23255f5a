import type { AgentKey } from '../agent-key.ts'
import type { Clock, Timer } from '../clock.ts'
import { AcquireTimeoutError } from '../errors.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { Lease } from '../live/lease.ts'
import type { AcquireOptions } from '../options.ts'

/** Hears of waiters that wait no longer: served, or failed. */
export interface Attendance {
  left(failed: boolean): void
}

/** A request that could not be served at once: for what, since when, and how it hears of the outcome. Settles once. */
export class Waiter<Agent, Config> {
  readonly key: AgentKey
  /** That of the flights of its key. */
  readonly id: string | undefined
  readonly since: number
  /** What this process knew of invalidations when it last asked for a build. */
  askedAt: Stamp | undefined = undefined
  /** For the message of a time-out. */
  waitingFor = 'its build'
  /** Those among whom it waits, to be taken from when it does no longer. */
  among: { delete(waiter: Waiter<Agent, Config>): unknown } | undefined = undefined
  readonly #attendance: Attendance
  readonly #resolve: (lease: Lease<Agent, Config>) => void
  readonly #reject: (error: unknown) => void
  #timer: Timer | undefined = undefined
  #stopListening: (() => void) | undefined = undefined
  #settled = false

  constructor(
    key: AgentKey,
    id: string | undefined,
    since: number,
    attendance: Attendance,
    resolve: (lease: Lease<Agent, Config>) => void,
    reject: (error: unknown) => void,
  ) {
    this.key = key
    this.id = id
    this.since = since
    this.#attendance = attendance
    this.#resolve = resolve
    this.#reject = reject
  }

  /** It gives up when it is told to, or its time is over. */
  limit({ signal, timeoutMs }: AcquireOptions, clock: Clock): void {
    if (signal !== undefined) {
      const abort = () => this.reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      this.#stopListening = () => signal.removeEventListener('abort', abort)
    }
    if (timeoutMs === undefined) return
    this.#timer = clock.after(timeoutMs, () => this.reject(new AcquireTimeoutError(timeoutMs, this.waitingFor)))
  }

  /** Nobody waits any more: served, or given up. */
  get settled(): boolean {
    return this.#settled
  }

  /** It must still be waiting. */
  resolve(lease: Lease<Agent, Config>): void {
    this.#settle(false)
    this.#resolve(lease)
  }

  reject(error: unknown): void {
    if (this.#settled) return
    this.#settle(true)
    this.#reject(error)
  }

  #settle(failed: boolean): void {
    this.#settled = true
    this.#timer?.cancel()
    this.#stopListening?.()
    this.among?.delete(this)
    this.#attendance.left(failed)
  }
}
