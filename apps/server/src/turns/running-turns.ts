import { setTimeout as delay } from 'node:timers/promises'
import { RequestError, stopping } from '../problem.ts'

/** What a turn that was aborted may take to keep what was said. */
const lastWordMs = 1_500

/** The turns in progress in this worker, so that it can stop without cutting one off. */
export class RunningTurns {
  readonly #running = new Set<AbortController>()
  #idle: PromiseWithResolvers<void> | undefined

  get count(): number {
    return this.#running.size
  }

  /** No more turns are begun. */
  get stopping(): boolean {
    return this.#idle !== undefined
  }

  /** Does `work` as a turn, which `turn` can abort. Rejects at once when the worker is stopping. */
  async run<Result>(turn: AbortController, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.stopping) throw new RequestError(stopping)
    this.#running.add(turn)
    try {
      return await work(turn.signal)
    } finally {
      this.#running.delete(turn)
      if (this.#running.size === 0) this.#idle?.resolve()
    }
  }

  /** Begins no more turns, and lets those in progress finish within `ms`. Resolves to how many had to be aborted. */
  async drain(ms: number): Promise<number> {
    this.#idle ??= Promise.withResolvers()
    if (this.#running.size === 0) return 0
    await this.#idleWithin(ms)
    const late = [...this.#running]
    for (const turn of late) turn.abort(new RequestError(stopping))
    if (late.length > 0) await this.#idleWithin(lastWordMs)
    return late.length
  }

  async #idleWithin(ms: number): Promise<void> {
    const over = new AbortController()
    const deadline = delay(ms, undefined, { signal: over.signal }).catch(() => {})
    await Promise.race([this.#idle?.promise, deadline])
    over.abort()
  }
}
