import type { Clock, Timer } from '../clock.ts'

interface Pending {
  readonly due: number
  readonly call: () => void
}

/** A {@link Clock} that moves only when a test says so. */
export class ManualClock implements Clock {
  #now: number
  readonly #pending = new Set<Pending>()

  constructor(now: number = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, call: () => void): Timer {
    const pending = { due: this.#now + ms, call }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending), unref: () => {}, ref: () => {} }
  }

  /** How many calls are pending: none should be when everything is over. */
  get timers(): number {
    return this.#pending.size
  }

  /** Moves time forward, running each call at its time; what a call sets off (promises included) comes before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      let next: Pending | undefined
      for (const pending of this.#pending)
        if (pending.due <= end && (next === undefined || pending.due < next.due)) next = pending
      if (next === undefined) break
      this.#pending.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.call()
    }
    this.#now = end
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
