import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from 'kysely'
import { isBusy } from './sqlite-busy.ts'
import { SqliteLane } from './sqlite-lane.ts'

/** Rarely a reader waits too, while another process puts a file in order that was left behind by a crash. */
const readerTimeoutMs = 5_000

/**
 * Kysely over `node:sqlite`, for several processes on one file. Readers never wait for writers (WAL). Writers queue up for at
 * most five seconds, without keeping their process from anything else.
 */
export function nodeSqliteDialect(path: string): Dialect {
  return {
    createDriver: () => new NodeSqliteDriver(path),
    createAdapter: () => new NodeSqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** The lanes see to who uses which of them. */
  override get supportsMultipleConnections(): boolean {
    return true
  }

  /**
   * SQLite does roll back DDL. Saying so makes Kysely's migrator run in one transaction, whose write lock then keeps a second
   * process that starts at the same time waiting until the first has migrated.
   */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

interface Lanes {
  readonly write: SqliteLane
  readonly read: SqliteLane
}

class NodeSqliteDriver implements Driver {
  readonly #path: string
  #lanes: Lanes | undefined

  constructor(path: string) {
    this.#path = path
  }

  async init(): Promise<void> {
    // What lies in memory belongs to the connection that made it.
    if (this.#path === ':memory:') {
      const only = new SqliteLane(await openFile(this.#path, 0))
      this.#lanes = { write: only, read: only }
      return
    }
    const write = new SqliteLane(await openFile(this.#path, 0))
    this.#lanes = { write, read: new SqliteLane(await openFile(this.#path, readerTimeoutMs)) }
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#lanes === undefined) throw new Error('The database is not open.')
    return new NodeSqliteConnection(this.#lanes)
  }

  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await (connection as NodeSqliteConnection).begin(accessMode === 'read only')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    ;(connection as NodeSqliteConnection).end('commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    ;(connection as NodeSqliteConnection).end('rollback')
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#lanes?.read.close()
    this.#lanes?.write.close()
  }
}

/** What one of Kysely's users holds: it takes a lane when it knows which, and for as long as it needs it. */
class NodeSqliteConnection implements DatabaseConnection {
  readonly #lanes: Lanes
  #transaction: { readonly lane: SqliteLane; readonly leave: () => void } | undefined

  constructor(lanes: Lanes) {
    this.#lanes = lanes
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#transaction !== undefined) return this.#transaction.lane.execute<Row>(sql, parameters)
    if (/^\s*select\b/i.test(sql)) return this.#lanes.read.use((lane) => lane.execute<Row>(sql, parameters))
    const since = performance.now()
    return this.#lanes.write.use((lane) => lane.retryWhileBusy(() => lane.execute<Row>(sql, parameters), since))
  }

  streamQuery(): never {
    throw new Error('Rows of SQLite are not streamed: while they were read nothing else could be.')
  }

  /**
   * A transaction that may write takes the write lock when it begins. SQLite's default is to take it at the first write, and
   * there it cannot wait: if another process has written since the first read, the write fails at once.
   */
  async begin(readOnly: boolean): Promise<void> {
    const lane = readOnly ? this.#lanes.read : this.#lanes.write
    const since = performance.now()
    const leave = await lane.enter()
    try {
      if (readOnly) lane.execute('begin', [])
      else await lane.retryWhileBusy(() => lane.execute('begin immediate', []), since)
    } catch (error) {
      leave()
      throw error
    }
    this.#transaction = { lane, leave }
  }

  end(how: 'commit' | 'rollback'): void {
    if (this.#transaction === undefined) return
    const { lane, leave } = this.#transaction
    try {
      lane.execute(how, [])
    } catch (error) {
      // After a commit that failed comes a rollback, which is the end in any case.
      if (how === 'commit') throw error
    }
    this.#transaction = undefined
    leave()
  }
}

async function openFile(path: string, timeout: number): Promise<DatabaseSync> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout })
  try {
    database.exec('pragma foreign_keys = on')
    await switchToWal(database)
    // With WAL this survives a crash of the process; only a power failure may cost the last transactions, never consistency.
    database.exec('pragma synchronous = normal')
    // A checkpoint waits for the disk: rather seldom than often, for a log of up to 16 MB.
    database.exec('pragma wal_autocheckpoint = 4000')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/**
 * The switch needs the file for itself, and SQLite does not apply its timeout to all of it: processes that start together
 * collide here.
 */
async function switchToWal(database: DatabaseSync): Promise<void> {
  const attempts = 100
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec('pragma journal_mode = wal')
      return
    } catch (error) {
      if (!isBusy(error) || attempt === attempts) throw error
      await delay(20)
    }
  }
}
