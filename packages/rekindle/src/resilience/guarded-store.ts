import type { Clock } from '../clock.ts'
import type { StoreConnection } from '../config/config-store.ts'
import { StoreTimeoutError } from '../errors.ts'
import type { Events } from '../events.ts'
import { Deadlines } from './deadlines.ts'
import { HealthRecord, type StoreHealth } from './store-health.ts'

/** Writes that may wait for the store at once. A cache that cannot write loses speed, not answers, so more are dropped. */
const maxPendingWrites = 1000

/** How long a request that has waited for the store already will still do so, in all. Counted down by who makes it wait. */
export interface Patience {
  leftMs: number
}

/**
 * The store as requests see it: it answers in time or not at all, and never fails. What went wrong is an event.
 *
 * It is also the circuit breaker. When a call fails, {@link suspect} is called, so that somebody asks the store whether it is
 * there; while that somebody says that it is {@link down}, requests do not wait for it and nothing is written. (One bad entry
 * does not condemn a store, and no request is used to find out whether it is back.)
 */
export class GuardedStore {
  readonly connection: StoreConnection
  /** Called when a call of a request has failed, to have it looked into. */
  suspect: () => void = () => {}
  readonly #timeoutMs: number
  readonly #deadlines: Deadlines
  readonly #events: Events
  readonly #pending = new Set<Promise<void>>()
  readonly #shortened = new Set<Deadlines>()
  readonly #clock: Clock
  readonly #health: HealthRecord

  /** `name`: the store's. */
  constructor(name: string, connection: StoreConnection, timeoutMs: number, clock: Clock, events: Events) {
    this.connection = connection
    this.#health = new HealthRecord(name, clock)
    this.#timeoutMs = timeoutMs
    this.#deadlines = new Deadlines(timeoutMs, clock, this.#health)
    this.#clock = clock
    this.#events = events
  }

  /** Whether the store does not answer. Set by who asks it in the background. */
  get down(): boolean {
    return this.#health.down
  }

  set down(down: boolean) {
    this.#health.down = down
  }

  get health(): StoreHealth {
    return this.#health.summary()
  }

  /** The answer to a read of one or more calls, or `otherwise` if there is none within `storeTimeoutMs`, or the asker's patience. */
  read<Answer>(what: string, calls: () => Promise<Answer>, otherwise: Answer, patience?: Patience): Promise<Answer> {
    if (this.down || (patience !== undefined && patience.leftMs <= 0)) return Promise.resolve(otherwise)
    const recover = (error: unknown) => {
      this.#report(`read ${what}`, error)
      return otherwise
    }
    const operation = `the reading of ${what}`
    return patience === undefined ? this.#keep(operation, calls, recover) : this.#keepShort(operation, calls, recover, patience)
  }

  /** The answer to a call that a request can do without: `undefined` if there is none in time. */
  ask<Answer>(what: string, call: () => Promise<Answer>, patience?: Patience): Promise<Answer | undefined> {
    return this.read<Answer | undefined>(what, call, undefined, patience)
  }

  /** Starts a write that no request waits for. Resolves when it has arrived, or failed, or been dropped. */
  writeBehind(what: string, call: (connection: StoreConnection) => Promise<void>): Promise<void> {
    if (this.down) return Promise.resolve()
    if (this.#pending.size >= maxPendingWrites) {
      this.#report(`write ${what}`, new Error(`${maxPendingWrites} writes are waiting for the store; this one was dropped.`))
      return Promise.resolve()
    }
    const write = this.inTime(`the writing of ${what}`, () => call(this.connection))
      .catch((error: unknown) => this.#report(`write ${what}`, error))
      .finally(() => this.#pending.delete(write))
    this.#pending.add(write)
    return write
  }

  /** A call whose failure the caller wants to see, made whether the store is down or not. */
  inTime<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    return this.#keep(what, call, (error) => {
      throw error
    })
  }

  #keep<Answer>(what: string, call: () => Promise<Answer>, recover: (error: unknown) => Answer): Promise<Answer> {
    const timeoutError = () => new StoreTimeoutError(what, this.#timeoutMs)
    return this.#deadlines.keep(attempt(call), timeoutError, recover)
  }

  async #keepShort<Answer>(
    what: string,
    call: () => Promise<Answer>,
    recover: (error: unknown) => Answer,
    patience: Patience,
  ): Promise<Answer> {
    const began = this.#clock.now()
    const ms = Math.min(patience.leftMs, this.#timeoutMs)
    const deadlines = new Deadlines(ms, this.#clock, this.#health)
    this.#shortened.add(deadlines)
    try {
      return await deadlines.keep(attempt(call), () => new StoreTimeoutError(what, ms), recover)
    } finally {
      patience.leftMs -= this.#clock.now() - began
      this.#shortened.delete(deadlines)
      deadlines.stop()
    }
  }

  /** Resolves once what was written has arrived or failed, then releases the connection. */
  async close(): Promise<void> {
    // One write may lead to another: the end of a claim follows what was built under it, a few promises later.
    do {
      await Promise.all(this.#pending)
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.#pending.size > 0)
    try {
      await this.inTime('close', () => this.connection.close())
    } catch (error) {
      this.#report('close', error)
    }
    this.#deadlines.stop()
    for (const deadlines of this.#shortened) deadlines.stop()
  }

  #report(operation: string, error: unknown): void {
    this.#events.emit('store-error', () => ({ operation, error }))
    if (!this.down) this.suspect()
  }
}

/** A store of the application's may throw before it returns a promise. */
function attempt<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return call()
  } catch (error) {
    return Promise.reject(error as Error)
  }
}
