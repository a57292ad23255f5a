import { inspect } from 'node:util'
import type { Clock } from '../clock.ts'
import { textOf } from '../errors.ts'
import type { InvalidationTarget } from '../options.ts'
import { Backlog } from './backlog.ts'
import { retryDelay } from './retry-delay.ts'
import { pause, within } from './waiting.ts'

/** One invalidation that takes longer counts as failed, and is done again. */
const invalidateTimeoutMs = 30_000
/** What closing waits for the invalidations that are left. */
const closeTimeoutMs = 5_000

export interface InvalidationQueueParts {
  readonly invalidate: (target: InvalidationTarget) => Promise<unknown>
  readonly report: (error: Error) => void
  readonly clock: Clock
  readonly random: () => number
}

/**
 * Invalidates what it is given, one after the other, and each until it has succeeded. One that fails goes behind the others,
 * so that it cannot hold them up.
 */
export class InvalidationQueue {
  readonly #parts: InvalidationQueueParts
  readonly #backlog = new Backlog()
  /** Ends when there is nothing left to do. */
  #work: Promise<void> | undefined
  /** Ends the pauses between attempts. */
  readonly #closing = new AbortController()
  #abandoned = false

  constructor(parts: InvalidationQueueParts) {
    this.#parts = parts
  }

  add(target: InvalidationTarget): void {
    if (this.#closing.signal.aborted) return
    this.#backlog.add(target)
    this.#work ??= this.#invalidateAll()
  }

  /** Resolves once all that was added has been invalidated. */
  async done(): Promise<void> {
    await this.#work
  }

  async #invalidateAll(): Promise<void> {
    const { clock, random, report } = this.#parts
    let failures = 0
    // What is added in the same turn is invalidated together.
    await Promise.resolve()
    for (let target = this.#backlog.take(); target !== undefined && !this.#abandoned; target = this.#backlog.take()) {
      try {
        await this.#invalidate(target)
        failures = 0
      } catch (error) {
        const delayMs = retryDelay(failures++, random)
        const closing = this.#closing.signal.aborted
        const what = `Could not invalidate ${inspect(target, { maxArrayLength: 10, maxStringLength: 200, breakLength: Infinity })}`
        const next = closing ? 'It is not tried again: the listener is closed.' : `Trying again in ${Math.round(delayMs)} ms.`
        report(new Error(`${what} (${textOf(error)}). ${next}`, { cause: error }))
        if (closing) continue
        this.#backlog.add(target)
        await pause(delayMs, { clock, signal: this.#closing.signal }).catch(() => {})
      }
    }
    this.#work = undefined
  }

  #invalidate(target: InvalidationTarget): Promise<unknown> {
    const { invalidate, clock } = this.#parts
    return within(() => invalidate(target), invalidateTimeoutMs, `It took longer than ${invalidateTimeoutMs} ms.`, { clock })
  }

  /** Takes nothing more, tries each of what is left once, and resolves after five seconds at the latest. */
  async close(): Promise<void> {
    this.#closing.abort()
    await within(() => this.done(), closeTimeoutMs, '', { clock: this.#parts.clock }).catch(() => {})
    this.#abandoned = true
  }
}
