import type { FastifyBaseLogger } from 'fastify'
import type { InvalidationTarget } from 'rekindle'

const firstDelayMs = 250
const longestDelayMs = 10_000

export interface RetryParts {
  /** Rejects if the store did not take it. */
  readonly invalidate: (target: InvalidationTarget) => Promise<void>
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  /** From 0 up to, not including, 1. */
  readonly random: () => number
}

/**
 * Invalidations that the store did not take, tried again until it does. Meanwhile other workers may serve agents as they
 * were before the edit, and nobody else will tell them.
 */
export class InvalidationRetry {
  readonly #parts: RetryParts
  /** By target, as JSON, the latest request for it: what is granted to an earlier one does not settle it. */
  readonly #pending = new Map<string, symbol>()
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #trying = false
  #closed = false

  constructor(parts: RetryParts) {
    this.#parts = parts
  }

  /** Of what the store has not heard yet. */
  get pending(): readonly InvalidationTarget[] {
    return [...this.#pending.keys()].map((target) => JSON.parse(target) as InvalidationTarget)
  }

  /** The store did not take it just now. */
  add(target: InvalidationTarget): void {
    this.#pending.set(JSON.stringify(target), Symbol('request'))
    this.#later()
  }

  /** Tries all of them once more, and says for which of them that was in vain. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await Promise.all(this.pending.map((target) => this.#try(target).catch(() => {})))
    if (this.#pending.size === 0) return
    const targets = this.pending
    this.#parts.log.error({ targets }, 'the store was not told of edits; others may serve agents unedited until they expire')
  }

  #later(): void {
    if (this.#closed || this.#trying || this.#timer !== undefined || this.#pending.size === 0) return
    // Workers whose store is gone must not all come back to it at once: half of the time is left to chance.
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#failures) * (0.5 + this.#parts.random() / 2)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#tryAll()
    }, delayMs)
  }

  async #tryAll(): Promise<void> {
    this.#trying = true
    try {
      // One that fails speaks for all: it is the store that is not there.
      for (const target of this.pending) await this.#try(target)
      this.#failures = 0
    } catch {
      this.#failures++
    }
    this.#trying = false
    this.#later()
  }

  async #try(target: InvalidationTarget): Promise<void> {
    const name = JSON.stringify(target)
    const request = this.#pending.get(name)
    await this.#parts.invalidate(target)
    if (request === undefined || this.#pending.get(name) !== request) return
    this.#pending.delete(name)
    this.#parts.log.warn({ target }, 'the store has been told of an edit now')
  }
}
