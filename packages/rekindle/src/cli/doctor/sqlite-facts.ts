import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Database, openToRead } from '../sqlite-reading.ts'

/** What was found out about a SQLite file; judged by `judgeSqlite`. */
export interface SqliteFacts {
  readonly version: string
  readonly journal: string
  readonly bytes: number
  /** Of the log that has not been put into the file yet. */
  readonly logBytes: number
  readonly freeBytes: number
  /** What the file system is called; `undefined`: one that is not known. */
  readonly network: string | undefined
  /** Whether others than its owner may read it. */
  readonly isOpenToOthers: boolean
  /** What speaks against writing; `undefined`: nothing. */
  readonly refusal: string | undefined
  /** Of getting a turn to write. */
  readonly turnMs: number
  readonly readsMs: readonly number[]
  readonly damage: string | undefined
}

const reads = 50
/** A larger file is not read to its end. */
const maxCheckedBytes = 64 * 1_024 * 1_024
const turnWaitMs = 1_000

/** Of statfs, where locks and shared memory are not what SQLite needs. */
const networks = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
])

/** Reads all of it. Rejects with `UnreachableError` for what is no store. */
export async function sqliteFacts(path: string): Promise<SqliteFacts> {
  const database = await openToRead(path)
  try {
    const { size, mode } = statSync(path)
    const system = statfsSync(dirname(resolve(path)))
    const readsMs = readTimes(database)
    const damage = size <= maxCheckedBytes ? damageOf(database) : undefined
    return {
      version: text(database, 'SELECT sqlite_version()'),
      journal: text(database, 'PRAGMA journal_mode'),
      bytes: size,
      logBytes: existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0,
      freeBytes: system.bavail * system.bsize,
      network: networks.get(system.type),
      isOpenToOthers: (mode & 0o077) !== 0,
      readsMs,
      damage,
      ...(await turnToWrite(path)),
    }
  } finally {
    database.close()
  }
}

function readTimes(database: Database): number[] {
  const statement = database.prepare('SELECT clock FROM rekindle_clocks LIMIT 1')
  return Array.from({ length: reads }, () => {
    const begun = performance.now()
    statement.get()
    return performance.now() - begun
  })
}

function damageOf(database: Database): string | undefined {
  const found = text(database, 'PRAGMA quick_check(1)')
  return found === 'ok' ? undefined : found
}

/** Begins to write, and does not. */
async function turnToWrite(path: string): Promise<{ refusal: string | undefined; turnMs: number }> {
  const begun = performance.now()
  const took = () => performance.now() - begun
  try {
    accessSync(path, constants.W_OK)
    accessSync(dirname(resolve(path)), constants.W_OK)
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${turnWaitMs}`)
      database.exec('BEGIN IMMEDIATE')
      database.exec('ROLLBACK')
    } finally {
      database.close()
    }
    return { refusal: undefined, turnMs: took() }
  } catch (error) {
    return { refusal: (error as Error).message, turnMs: took() }
  }
}

function text(database: Database, sql: string): string {
  return String(Object.values(database.prepare(sql).get() ?? {})[0])
}

/** The invalidation clock of a namespace, and how many targets are remembered. */
export async function sqliteClock(
  path: string,
  namespace: string,
): Promise<{ clock: number | undefined; targets: number; isSealed: boolean }> {
  const database = await openToRead(path)
  try {
    const clock = database.prepare('SELECT clock FROM rekindle_clocks WHERE namespace = ?').get(namespace)?.['clock']
    const targets = database
      .prepare(
        "SELECT count(*) AS count, coalesce(sum(target LIKE 'sealed%'), 0) AS sealed FROM rekindle_targets WHERE namespace = ? AND target <> ''",
      )
      .get(namespace)
    return { clock: clock as number | undefined, targets: Number(targets?.['count']), isSealed: Number(targets?.['sealed']) > 0 }
  } finally {
    database.close()
  }
}
