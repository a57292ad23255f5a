import type { Clock } from '../clock.ts'
import { textOf } from '../errors.ts'
import { Latency, type LatencySummary } from '../counts/latency.ts'
import { excerptOf, presentable } from '../text/presentable.ts'
import type { DeadlineWitness } from './deadlines.ts'

/** How the store does, as this worker sees it. */
export interface StoreHealth {
  /** `redis`, `sqlite`, …; `none` without a store. */
  readonly name: string
  /** `down`: it does not answer, so requests do not wait for it, and it is asked in the background until it does. */
  readonly state: 'none' | 'up' | 'down'
  /** When that began (ms since 1970); `undefined`: it has been so from the start. */
  readonly since: number | undefined
  /** Calls that failed or were too slow, since the cache was made. */
  readonly failures: number
  /** What the last of them failed with. */
  readonly lastError?: string
  /** Of the calls that were answered in time. What is made of the answer (a config parsed and checked) is part of it. */
  readonly latency: LatencySummary
}

/** Keeps count for {@link StoreHealth}. */
export class HealthRecord implements DeadlineWitness {
  readonly #name: string
  readonly #clock: Clock
  readonly #latency = new Latency()
  #down = false
  #since: number | undefined = undefined
  #failures = 0
  #lastError: string | undefined = undefined

  constructor(name: string, clock: Clock) {
    this.#name = name
    this.#clock = clock
  }

  get down(): boolean {
    return this.#down
  }

  set down(down: boolean) {
    if (down === this.#down) return
    this.#down = down
    this.#since = this.#clock.now()
  }

  answered(ms: number): void {
    this.#latency.record(ms)
  }

  failed(error: unknown): void {
    this.#failures++
    this.#lastError = excerptOf(textOf(error))
  }

  summary(): StoreHealth {
    const state = this.#name === 'none' ? 'none' : this.#down ? 'down' : 'up'
    return {
      name: this.#name,
      state,
      since: this.#since,
      failures: this.#failures,
      ...(this.#lastError !== undefined && { lastError: presentable(this.#lastError) }),
      latency: this.#latency.summary(),
    }
  }
}
