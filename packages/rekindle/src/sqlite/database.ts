import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { builtIns } from '../platform/built-ins.ts'
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
    builtIns.fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    createPrivately(path)
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

/** Not opened if it is there: closing it again would drop the locks that this process has on it (POSIX). */
function createPrivately(path: string): void {
  try {
    builtIns.fs.closeSync(builtIns.fs.openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Runs `work`, again after a pause if the database was busy. */
export async function whenFree<Result>(work: () => Result): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return work()
    } catch (error) {
      // The lowest byte: the rest of an extended code says why it is busy.
      const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff
      if (code !== sqliteBusy || attempt === attempts) throw error
      await delay(attempt * busyTimeoutMs)
    }
  }
}

/**
 * Runs `work` in a transaction. `IMMEDIATE`: it may write from its start, so that what it read cannot have changed when it
 * writes. `DEFERRED`: it reads at one instant, and as a rule does not write.
 */
export function transaction<Result>(database: DatabaseSync, work: () => Result, mode: 'IMMEDIATE' | 'DEFERRED'): Result {
  database.exec(`BEGIN ${mode}`)
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // Some errors have ended the transaction already, and only the newest Node can tell.
  }
}
