import { randomUUID } from 'node:crypto'
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
    this.#file.letGoIfReplaced()
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
    const floor = newestToForget.get({ namespace: this.#namespace, since, kept: maxTargets })?.['clock'] as number | null
    if (floor === null) return 0
    forgetTargets.run(this.#namespace, floor)
    return floor
  }

  sync(seen: SeenClock, presence?: WorkerPresence): Promise<StoreChanges> {
    this.#file.letGoIfReplaced()
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

  /** Inside a transaction. A file put back from a backup has a clock that is earlier than what workers have seen. */
  #clockIn({ readClock, writeClock, forgetTargets, forgetWorkers }: Statements, seen?: SeenClock): StoreClock {
    const row = readClock.get(this.#namespace)
    const known = row === undefined ? undefined : clockOf(row)
    const hasLost = known !== undefined && known.history === seen?.history && known.clock < seen.clock
    if (known !== undefined && !hasLost) return known
    const begun = { history: randomUUID(), clock: this.#micros(), floor: 0 }
    forgetTargets.run(this.#namespace, Number.MAX_SAFE_INTEGER)
    forgetWorkers.run(this.#namespace)
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
