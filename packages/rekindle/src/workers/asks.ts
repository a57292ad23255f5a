import type { Clock } from '../clock.ts'
import { checkWorkers } from '../config/store-replies.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { encodeMail, maxMailLength, type WorkerMail } from './worker-mail.ts'
import { hasEnded } from './worker-name.ts'
import type { Question } from './question.ts'

/** Mail can be lost. So often the list is looked at again, and those who have not answered are asked again. */
const askAgainMs = 200

/**
 * All may answer at once, and what waits for one subscriber is bounded: Redis drops it at 32 MB, or at 8 MB for a minute. So each
 * worker gets its part of this, in characters. The least of it holds what a worker counts.
 */
const roomForAll = 4_000_000
const leastRoom = 16_384

export interface Asked<Answer> {
  /** By worker. */
  readonly answers: ReadonlyMap<string, Answer>
  /** Those who are taken to be alive and have not answered in time. */
  readonly silent: readonly string[]
  /** The store did not say which workers there are. */
  readonly unreachable: boolean
}

interface Pending {
  hear(from: string, answer: unknown): void
  end(): void
}

export interface AsksParts {
  /** Who asks. */
  readonly worker: string
  readonly store: GuardedStore
  readonly view: InvalidationView
  readonly clock: Clock
  /** Within this time every worker that serves from memory has said that it is there. */
  readonly maxStalenessMs: number
  /** Answers come by mail. */
  readonly listen: () => void
}

/** Asks all other workers of the namespace, on all machines, through the store. */
export class Asks {
  readonly #parts: AsksParts
  readonly #pending = new Map<string, Pending>()
  #closed = false

  constructor(parts: AsksParts) {
    this.#parts = parts
  }

  get worker(): string {
    return this.#parts.worker
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Anybody who can write to the store can answer; what is no answer to a question that is open is dropped. */
  hear({ from, id, answer }: Extract<WorkerMail, { type: 'answer' }>): void {
    this.#pending.get(id)?.hear(from, answer)
  }

  /**
   * Resolves when all have answered, or `timeoutMs` have passed. An answer that `read` cannot read is none. The timers keep the
   * process from exiting: somebody waits.
   */
  async ask<Answer>(
    question: Question,
    timeoutMs: number,
    read: (answer: unknown) => Answer | undefined,
  ): Promise<Asked<Answer>> {
    const { store, clock, maxStalenessMs, listen } = this.#parts
    const answers = new Map<string, Answer>()
    listen()
    let others: readonly string[] | undefined
    let isWhole = false
    let over = store.down
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const end = () => {
      over = true
      resolve()
    }
    const missing = () => (others ?? []).filter((worker) => !answers.has(worker) && !hasEnded(worker))
    const id = crypto.randomUUID()
    const hear = (from: string, answer: unknown) => {
      const found = others?.includes(from) === true && !answers.has(from) ? read(answer) : undefined
      if (found === undefined) return
      answers.set(from, found)
      if (isWhole && missing().length === 0) end()
    }
    const round = async (): Promise<void> => {
      try {
        const { reports, keptForMs } = await this.#workers()
        others = [...new Set(reports.map(({ worker }) => worker))].filter((worker) => worker !== this.worker)
        // Of a list that has just begun, somebody may be missing who is alive.
        isWhole = keptForMs >= maxStalenessMs
      } catch {
        if (others === undefined) return end()
      }
      const asked = missing()
      if (asked.length === 0 && isWhole) end()
      else if (!over) this.#send(id, question, asked)
    }
    const timer = clock.after(timeoutMs, end)
    this.#pending.set(id, { hear, end })
    try {
      while (!over) {
        await Promise.race([round(), done])
        if (!over) await this.#orAfter(done, askAgainMs)
      }
    } finally {
      timer.cancel()
      this.#pending.delete(id)
    }
    return { answers, silent: missing(), unreachable: others === undefined }
  }

  #workers(): ReturnType<GuardedStore['connection']['workers']> {
    const { store, view } = this.#parts
    return store.inTime('which workers there are', () => store.connection.workers(view.stamp).then(checkWorkers))
  }

  #send(id: string, question: Question, workers: readonly string[]): void {
    if (workers.length === 0) return
    const room = Math.min(maxMailLength, Math.max(leastRoom, Math.floor(roomForAll / workers.length)))
    const mail = encodeMail({ type: 'ask', from: this.worker, id, room, question })
    void this.#parts.store.writeBehind('a question', async (connection) => {
      await Promise.all(workers.map((worker) => connection.send(worker, mail)))
    })
  }

  async #orAfter(done: Promise<void>, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#parts.clock.after(ms, resolve)
    await Promise.race([promise, done])
    timer.cancel()
  }

  /** For good. Who waits for answers gets what has come. */
  close(): void {
    this.#closed = true
    for (const pending of this.#pending.values()) pending.end()
  }
}
