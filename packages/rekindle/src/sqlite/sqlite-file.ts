import { statSync } from 'node:fs'
import { openDatabase, transaction, whenFree } from './database.ts'
import { prepare, type Statements } from './statements.ts'

/** A SQLite file, opened by the first call; while that fails, so do the calls. */
export class SqliteFile {
  readonly path: string
  readonly #now: () => number
  #opened: Statements | undefined = undefined
  /** Of the file that is open. */
  #inode: number | undefined = undefined
  #closed = false

  constructor(path: string, now: () => number) {
    this.path = path
    this.#now = now
  }

  now(): number {
    return this.#now()
  }

  /** One statement, or several that need not agree. */
  run<Result>(work: (statements: Statements) => Result): Promise<Result> {
    return whenFree(() => work(this.#open()))
  }

  /** In one transaction that may write. */
  write<Result>(work: (statements: Statements) => Result): Promise<Result> {
    return this.run((statements) => transaction(statements.database, () => work(statements), 'IMMEDIATE'))
  }

  #open(): Statements {
    if (this.#closed) throw new Error('The connection to the SQLite store is closed.')
    if (this.#opened === undefined) {
      this.#opened = prepare(openDatabase(this.path))
      this.#inode = inodeOf(this.path)
    }
    return this.#opened
  }

  /**
   * Another file may have been put in the place of the one that is open, or that one deleted: what is written to it is seen by
   * nobody else any more. Then the next call opens the new one.
   */
  letGoIfReplaced(): void {
    if (this.#opened === undefined || this.path === ':memory:' || inodeOf(this.path) === this.#inode) return
    this.#opened.database.close()
    this.#opened = undefined
  }

  close(): void {
    this.#closed = true
    this.#opened?.database.close()
    this.#opened = undefined
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
