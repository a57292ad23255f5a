import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { QueryResult } from 'kysely'
import { isBusy } from './sqlite-busy.ts'

/** What a writer waits for the writers of other processes, at most. */
const patienceMs = 5_000
/** Between two attempts; by chance, so that writers do not meet again and again. */
const pauseMs = 4
const maxStatements = 200

/**
 * One open handle on a SQLite file, used by one after the other. SQLite can wait for a lock itself, but then all of the process
 * waits: every stream, every timer. Here only who needs the lock does.
 */
export class SqliteLane {
  readonly #database: DatabaseSync
  /** By their SQL, so that each is compiled once. */
  readonly #statements = new Map<string, { readonly statement: StatementSync; readonly returnsRows: boolean }>()
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Resolves when it is the caller's turn, to what ends it. */
  async enter(): Promise<() => void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    if (this.#waiting++ > 0) await before
    return () => {
      this.#waiting--
      resolve()
    }
  }

  async use<Result>(work: (lane: SqliteLane) => Result | Promise<Result>): Promise<Result> {
    const leave = await this.enter()
    try {
      return await work(this)
    } finally {
      leave()
    }
  }

  execute<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const { statement, returnsRows } = this.#prepare(sql)
    const values = parameters as readonly SQLInputValue[]
    if (returnsRows) return { rows: statement.all(...values) as Row[] }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] }
  }

  /** Tries until others have let go of the file. `since` is when the waiting began, for the lane and for the file. */
  async retryWhileBusy<Result>(attempt: () => Result, since: number): Promise<Result> {
    const deadline = since + patienceMs
    for (;;) {
      try {
        return attempt()
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
      }
      await delay(1 + Math.random() * pauseMs)
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #prepare(sql: string): { readonly statement: StatementSync; readonly returnsRows: boolean } {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    const [oldest] = this.#statements.size >= maxStatements ? this.#statements.keys() : []
    if (oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, prepared)
    return prepared
  }
}
