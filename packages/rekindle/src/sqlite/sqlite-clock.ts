import type { SeenClock, StoreAdvance, StoreChanges, StoreClock, WorkerList, WorkerPresence } from '../config/config-store.ts'
import type { SqliteFile } from './sqlite-file.ts'
import type { Statements } from './statements.ts'

/** Invalidated targets that are remembered. More are forgotten, oldest first, and entries older than those become invalid. */
const maxTargets = 20_000

/** The invalidation clock of a namespace, and the workers that follow it. */
export class SqliteClock {
  readonly #file: SqliteFile
  readonly #namespace: string
  readonly #retentionMs: number

  constructor(file: SqliteFile, namespace: string, retentionMs: number) {
    this.#file = file
    this.#namespace = namespace
    this.#retentionMs = retentionMs
  }

  invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance> {
    return this.#file.write((statements) => {
      const { history, clock: previous, floor: lower } = this.#clockIn(statements, seen)
      const clock = Math.max(previous + 1, this.#micros())
      for (const target of targets) statements.writeTarget.run(this.#namespace, target, clock)
      const floor = Math.max(lower, this.#forgetOld(statements, clock))
      statements.writeClock.run(this.#namespace, history, clock, floor)
      return { previous, clock: { history, clock, floor } }
    })
  }

  /** Entries older than what is forgotten are invalid: that is the floor. */
  #forgetOld({ newestToForget, forgetTargets }: Statements, clock: number): number {
    const since = Math.round(clock - this.#retentionMs * 1000)
    const row = newestToForget.get({ namespace: this.#namespace, since, kept: maxTargets })
    const floor = row?.['clock'] as number | null
    if (!floor) return 0
    forgetTargets.run(this.#namespace, floor)
    return floor
  }

  sync(seen: SeenClock, presence?: WorkerPresence): Promise<StoreChanges> {
    return this.#file.write((statements) => {
      const clock = this.#clockIn(statements, seen)
      if (presence !== undefined) this.#note(statements, seen, presence)
      const since = seen.history === clock.history ? seen.clock : 0
      const targets = statements.targetsSince.all(this.#namespace, since)
      return { clock, targets: targets.map((row) => [row['target'] as string, row['clock'] as number] as const) }
    })
  }

  #note(statements: Statements, { history, clock }: SeenClock, { worker, presentForMs }: WorkerPresence): void {
    this.#workersSince(statements)
    if (presentForMs === 0) statements.removeWorker.run(this.#namespace, worker)
    else statements.writeWorker.run(this.#namespace, worker, history, clock, Math.ceil(this.#file.now() + presentForMs))
  }

  /** Since when the list of workers is kept: that is the clock of a worker without a name. */
  #workersSince({ readWorker, writeWorker }: Statements): number {
    const since = readWorker.get(this.#namespace, '')?.['clock'] as number | undefined
    if (since !== undefined) return since
    const now = Math.round(this.#file.now())
    writeWorker.run(this.#namespace, '', '', now, Number.MAX_SAFE_INTEGER)
    return now
  }

  workers(seen: SeenClock): Promise<WorkerList> {
    return this.#file.write((statements) => {
      this.#clockIn(statements, seen)
      const keptForMs = this.#file.now() - this.#workersSince(statements)
      const reports = statements.workers.all(this.#namespace, this.#file.now()).map((row) => ({
        worker: row['worker'] as string,
        history: row['history'] as string,
        clock: row['clock'] as number,
      }))
      return { reports, keptForMs }
    })
  }

  /** The clock; made if there is none. */
  make(): Promise<StoreClock> {
    return this.#file.write((statements) => this.#clockIn(statements))
  }

  /**
   * Inside a transaction. A new history begins when there is none; when what was invalidated has been lost, which the target ''
   * at 0 would show; when a worker has seen a later clock; and in a file put back from a backup, which is another one than
   * the history names.
   */
  #clockIn(statements: Statements, seen?: SeenClock): StoreClock {
    const { readClock, readTarget, writeClock, writeTarget, forgetHistory, forgetWorkers } = statements
    const row = readClock.get(this.#namespace)
    const known = row === undefined ? undefined : clockOf(row)
    if (known !== undefined) {
      const isWhole = readTarget.get(this.#namespace, '') !== undefined && known.history.endsWith(`@${this.#file.identity}`)
      const hasLost = known.history === seen?.history && known.clock < seen.clock
      if (isWhole && !hasLost) return known
    }
    const begun = { history: `${crypto.randomUUID()}@${this.#file.identity}`, clock: this.#micros(), floor: 0 }
    forgetHistory.run(this.#namespace)
    forgetWorkers.run(this.#namespace)
    writeTarget.run(this.#namespace, '', 0)
    writeClock.run(this.#namespace, begun.history, begun.clock, begun.floor)
    return begun
  }

  #micros(): number {
    return Math.round(this.#file.now() * 1000)
  }
}

export function clockOf(row: Record<string, unknown>): StoreClock {
  return { history: row['history'] as string, clock: row['clock'] as number, floor: row['floor'] as number }
}
