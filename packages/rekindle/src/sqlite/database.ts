import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { schema } from './schema.ts'

/**
 * While another process writes, SQLite waits inside the call and the event loop with it: so it may do so only briefly, and
 * the rest of the waiting is done outside.
 */
const busyTimeoutMs = 10
const attempts = 8
const sqliteBusy = 5

export function openDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  }
  const database = new DatabaseSync(path)
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`)
    database.exec(schema)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Runs `work`, again after a pause if the database was busy. */
export async function whenFree<Result>(work: () => Result): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return work()
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== sqliteBusy || attempt === attempts) throw error
      await delay(attempt * busyTimeoutMs)
    }
  }
}

/** Runs `work` in a transaction that may write from its start, so that what it read cannot have changed when it writes. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
