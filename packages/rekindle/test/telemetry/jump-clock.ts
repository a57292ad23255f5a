import type { Clock, Timer } from '../../src/index.ts'

/** Longer than any timer that a request or a heartbeat sets. */
const longMs = 60_000

/** The system's clock, and as far ahead of it as a test says. */
export class JumpClock implements Clock {
  #ahead = 0
  readonly #long = new Set<{ readonly due: number; readonly call: () => void }>()

  now(): number {
    return Date.now() + this.#ahead
  }

  after(ms: number, call: () => void): Timer {
    if (ms > longMs) {
      const pending = { due: this.now() + ms, call }
      this.#long.add(pending)
      return { cancel: () => void this.#long.delete(pending), unref() {}, ref() {} }
    }
    const timeout = setTimeout(call, ms)
    return { cancel: () => clearTimeout(timeout), unref: () => void timeout.unref(), ref: () => void timeout.ref() }
  }

  /** What is requested then finds its time over; nothing else has noticed. */
  jump(minutes: number): void {
    this.#ahead += minutes * 60_000
  }

  /** Calls what is due, be it that it waited for hours. */
  catchUp(): void {
    const now = this.now()
    for (const pending of this.#long) {
      if (pending.due > now) continue
      this.#long.delete(pending)
      pending.call()
    }
  }
}
