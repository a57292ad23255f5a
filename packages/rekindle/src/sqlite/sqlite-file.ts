import { builtIns } from '../platform/built-ins.ts'
import { openDatabase, transaction, whenFree } from './database.ts'
import { prepare, type Statements } from './statements.ts'

/** A SQLite file, opened by the first call; while that fails, so do the calls. */
export class SqliteFile {
  readonly path: string
  readonly #now: () => number
  #opened: Statements | undefined = undefined
  /** Of the file that is open. */
  #identity: string | undefined = undefined
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
    if (this.#opened !== undefined && !this.#isReplaced()) return this.#opened
    this.#opened?.database.close()
    this.#opened = prepare(openDatabase(this.path))
    this.#identity = identityOf(this.path)
    return this.#opened
  }

  /** Tells this file from any other that has ever been in its place, such as one from a backup. */
  get identity(): string {
    return this.#identity ?? '-'
  }

  /**
   * Another file may have been put in the place of the one that is open, or that one deleted: what is written to it is seen by
   * nobody else any more. Asked before each call: it takes a few microseconds.
   */
  #isReplaced(): boolean {
    return this.path !== ':memory:' && identityOf(this.path) !== this.#identity
  }

  close(): void {
    this.#closed = true
    this.#opened?.database.close()
    this.#opened = undefined
  }
}

/** The number of a file that was deleted is given to the next one, so the time of its birth belongs to it. */
function identityOf(path: string): string | undefined {
  const found = path === ':memory:' ? undefined : builtIns.fs.statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}.${found.ino}.${found.birthtimeMs}`
}
