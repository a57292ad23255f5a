import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely'
import type { DatabaseConnection, Dialect, SqliteDatabase, TransactionSettings } from 'kysely'

const busyTimeoutMs = 5_000

/**
 * Kysely's SQLite dialect over `node:sqlite`, for several processes on one file: readers never wait (WAL), writers queue up for
 * at most five seconds.
 */
export function nodeSqliteDialect(path: string): Dialect {
  const config = { database: () => openFile(path) }
  const dialect = new SqliteDialect(config)
  return {
    createDriver: () => new LockingSqliteDriver(config),
    createAdapter: () => new TransactionalDdlAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  }
}

/**
 * A transaction that may write takes the write lock when it begins. SQLite's default is to take it at the first write, and there
 * it cannot wait: if another process has written since the first read, the write fails at once, whatever the busy timeout.
 */
class LockingSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }
}

/**
 * SQLite does roll back DDL. Saying so makes Kysely's migrator run in one transaction, whose write lock (above) then keeps a
 * second process that starts at the same time waiting until the first has migrated.
 */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

async function openFile(path: string): Promise<SqliteDatabase> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  try {
    database.exec(`pragma busy_timeout = ${busyTimeoutMs}; pragma foreign_keys = on`)
    await switchToWal(database)
    // With WAL this survives a crash of the process; only a power failure may cost the last transactions, never consistency.
    database.exec('pragma synchronous = normal')
  } catch (error) {
    database.close()
    throw error
  }
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql)
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      }
    },
  }
}

/**
 * The switch needs the file for itself, and SQLite does not apply the busy timeout to all of it: processes that start together
 * collide here.
 */
async function switchToWal(database: DatabaseSync): Promise<void> {
  const attempts = 50
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

function isBusy(error: unknown): boolean {
  const busy = 5
  // The low byte is the error; the rest says which kind of it.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy
}
