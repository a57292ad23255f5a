import type { Clock, Timer } from '../clock.ts'

/** However many agents expire, they are looked through at most once in this time. */
const minIntervalMs = 1_000

/** Calls `sweep` about when the earliest thing expected is due. `sweep` returns when the next one will be. */
export class Sweeper {
  readonly #clock: Clock
  readonly #sweep: (now: number) => number
  #timer: Timer | undefined = undefined
  #plannedFor = Infinity

  constructor(clock: Clock, sweep: (now: number) => number) {
    this.#clock = clock
    this.#sweep = sweep
  }

  expect(due: number): void {
    if (due >= this.#plannedFor) return
    const now = this.#clock.now()
    const at = Math.max(due, now + minIntervalMs)
    if (at < this.#plannedFor) this.#plan(at, now)
  }

  #plan(at: number, now: number): void {
    this.#timer?.cancel()
    this.#plannedFor = at
    this.#timer = this.#clock.after(at - now, () => this.#run())
    this.#timer.unref()
  }

  #run(): void {
    this.stop()
    this.expect(this.#sweep(this.#clock.now()))
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#plannedFor = Infinity
  }
}
