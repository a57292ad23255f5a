import type { Clock } from '../clock.ts'
import type { SeenClock, WorkerList } from '../config/config-store.ts'
import { checkWorkers } from '../config/store-replies.ts'
import { InvalidationUnconfirmedError } from '../errors.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { encodeMail, type WorkerMail } from '../workers/worker-mail.ts'
import { hasEnded } from '../workers/worker-name.ts'
import type { InvalidationView } from './view.ts'

/** Mail can be lost. So often the list is looked at again, and those still missing are asked again. */
const askAgainMs = 100

/** Finds out when all live workers have seen an invalidation, and so have dropped what it names. */
export class Confirmations {
  readonly #worker: string
  readonly #store: GuardedStore
  readonly #view: InvalidationView
  readonly #clock: Clock
  /** Within this time every worker that serves from memory has said that it is there. */
  readonly #maxStalenessMs: number
  readonly #waiting = new Set<(seen: Extract<WorkerMail, { type: 'seen' }>) => void>()

  constructor(worker: string, store: GuardedStore, view: InvalidationView, clock: Clock, maxStalenessMs: number) {
    this.#worker = worker
    this.#store = store
    this.#view = view
    this.#clock = clock
    this.#maxStalenessMs = maxStalenessMs
  }

  hear(seen: Extract<WorkerMail, { type: 'seen' }>): void {
    for (const wake of this.#waiting) wake(seen)
  }

  /**
   * Resolves when every worker that is taken to be alive has seen `goal` (this one has). Rejects after `timeoutMs` with
   * {@link InvalidationUnconfirmedError}, which names the others.
   */
  async confirm(goal: SeenClock, timeoutMs: number): Promise<void> {
    const deadline = this.#clock.now() + timeoutMs
    let missing: readonly string[] | undefined
    let isWhole = false
    let failure: unknown
    const reported = new Set<string>()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const wake = ({ worker, ...seen }: SeenClock & { worker: string }) => {
      if (!this.#hasSeen(seen, goal)) return
      reported.add(worker)
      if (isWhole && missing?.every((name) => reported.has(name))) resolve()
    }
    this.#waiting.add(wake)
    try {
      for (;;) {
        try {
          const { reports, keptForMs } = await this.#workers()
          missing = reports
            .filter(({ worker, ...seen }) => worker !== this.#worker && !reported.has(worker) && !this.#hasSeen(seen, goal))
            .map(({ worker }) => worker)
            .filter((worker) => !hasEnded(worker))
          // Of a list that has just begun, somebody may be missing who is alive.
          isWhole = keptForMs >= this.#maxStalenessMs
          if (missing.length === 0 && isWhole) return
          this.#ask(missing, goal)
        } catch (error) {
          failure = error
        }
        const leftMs = deadline - this.#clock.now()
        if (leftMs <= 0)
          throw new InvalidationUnconfirmedError(
            missing?.filter((name) => !reported.has(name)),
            failure,
          )
        if (await this.#orAfter(done, Math.min(leftMs, askAgainMs))) return
      }
    } finally {
      this.#waiting.delete(wake)
    }
  }

  /** In another history than `goal`, which this process has heard of too, everything older is invalid anyhow. */
  #hasSeen(seen: SeenClock, goal: SeenClock): boolean {
    if (seen.history === goal.history) return seen.clock >= goal.clock
    return goal.history !== this.#view.stamp.history && seen.history === this.#view.stamp.history
  }

  #workers(): Promise<WorkerList> {
    return this.#store.inTime('which workers there are', () =>
      this.#store.connection.workers(this.#view.stamp).then(checkWorkers),
    )
  }

  #ask(workers: readonly string[], { history, clock }: SeenClock): void {
    const mail = encodeMail({ type: 'report', from: this.#worker, history, clock })
    for (const worker of workers) void this.#store.writeBehind('a message', (connection) => connection.send(worker, mail))
  }

  /** Whether `done` came first. */
  #orAfter(done: Promise<void>, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, () => resolve(false))
      void done.then(() => {
        timer.cancel()
        resolve(true)
      })
    })
  }
}
