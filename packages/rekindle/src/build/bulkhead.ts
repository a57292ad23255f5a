/** Lets at most `limit` pieces of work run at once; the others wait their turn in order. */
export class Bulkhead {
  readonly #limit: number
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Resolves, in turn, with the function that leaves again; calling that twice is harmless. If `signal` is aborted first, the
   * rejection is its reason. When it is aborted later the place is free again, even if the work goes on: work that ignores
   * its signal must not shut out everybody else for good.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#running < this.#limit) this.#running++
    else await this.#turn(signal)
    if (signal.aborted) {
      this.#leave()
      throw signal.reason
    }
    const leave = () => {
      signal.removeEventListener('abort', leave)
      if (left) return
      left = true
      this.#leave()
    }
    let left = false
    signal.addEventListener('abort', leave)
    return leave
  }

  #leave(): void {
    this.#running--
    for (const next of this.#waiting) return next()
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        this.#waiting.delete(start)
        signal.removeEventListener('abort', giveUp)
        // The place is taken here, not when the waiter wakes, so that no newcomer slips in between.
        this.#running++
        resolve()
      }
      const giveUp = () => {
        this.#waiting.delete(start)
        reject(signal.reason as Error)
      }
      this.#waiting.add(start)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }
}
