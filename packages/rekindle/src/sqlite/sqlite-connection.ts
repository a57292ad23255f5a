import { randomUUID } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoreChanges, StoreClock, StoreConnection, StoreEntry } from '../config/config-store.ts'
import { openDatabase, transaction, whenFree } from './database.ts'

/** Expired rows are deleted by the first write after this time, a bounded number at once. */
const sweepIntervalMs = 30_000
const sweepBatch = 1_000

/** A namespace in a SQLite file. Opened by the first call; while that fails, so do the calls. */
export class SqliteConnection implements StoreConnection {
  readonly #path: string
  readonly #namespace: string
  readonly #now: () => number
  #opened: Statements | undefined = undefined
  #sweptAt = -Infinity
  #closed = false

  constructor(path: string, namespace: string, now: () => number) {
    this.#path = path
    this.#namespace = namespace
    this.#now = now
  }

  #open(): Statements {
    if (this.#closed) throw new Error('The connection to the SQLite store is closed.')
    this.#opened ??= prepare(openDatabase(this.#path))
    return this.#opened
  }

  async read(id: string): Promise<{ pointer: string | undefined; clock: StoreClock }> {
    const row = await whenFree(() => this.#open().read.get(id, this.#now(), this.#namespace))
    if (row === undefined) return { pointer: undefined, clock: await whenFree(() => this.#makeClock()) }
    return { pointer: (row['pointer'] as string | null) ?? undefined, clock: clockOf(row) }
  }

  async readBlob(fingerprint: string): Promise<string | undefined> {
    const row = await whenFree(() => this.#open().readBlob.get(this.#namespace, fingerprint, this.#now()))
    return row?.['blob'] as string | undefined
  }

  async write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): Promise<void> {
    const now = this.#now()
    await whenFree(() => {
      const { database, writeBlob, writePointer } = this.#open()
      transaction(
        database,
        () => {
          writeBlob.run(this.#namespace, fingerprint, blob, now + ttlMs)
          writePointer.run(this.#namespace, id, pointer, now + ttlMs)
          if (now - this.#sweptAt >= sweepIntervalMs) this.#sweep(now)
        },
        'IMMEDIATE',
      )
    })
  }

  async remove(id: string): Promise<void> {
    await whenFree(() => this.#open().remove.run(this.#namespace, id))
  }

  async invalidate(targets: readonly string[]): Promise<{ previous: number; clock: StoreClock }> {
    return whenFree(() => {
      const { database, advance, writeTarget } = this.#open()
      return transaction(
        database,
        () => {
          const { history, clock: previous, floor } = this.#clockIn()
          const clock = Math.max(previous + 1, Math.round(this.#now() * 1000))
          advance.run(clock, this.#namespace)
          for (const target of targets) writeTarget.run(this.#namespace, target, clock)
          return { previous, clock: { history, clock, floor } }
        },
        'IMMEDIATE',
      )
    })
  }

  async changesSince(since: number): Promise<StoreChanges> {
    return whenFree(() => {
      const { database, changes } = this.#open()
      return transaction(
        database,
        () => ({
          clock: this.#clockIn(),
          targets: changes.all(this.#namespace, since).map((row) => [row['target'] as string, row['clock'] as number] as const),
        }),
        'DEFERRED',
      )
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#opened?.database.close()
    this.#opened = undefined
  }

  #makeClock(): StoreClock {
    return transaction(this.#open().database, () => this.#clockIn(), 'IMMEDIATE')
  }

  /** Inside a transaction: the clock, made if there is none. */
  #clockIn(): StoreClock {
    const { readClock, writeClock } = this.#open()
    const row = readClock.get(this.#namespace)
    if (row !== undefined) return clockOf(row)
    const clock = { history: randomUUID(), clock: Math.round(this.#now() * 1000), floor: 0 }
    writeClock.run(this.#namespace, clock.history, clock.clock, clock.floor)
    return clock
  }

  /** Inside a transaction. */
  #sweep(now: number): void {
    const { sweepPointers, sweepBlobs } = this.#open()
    const swept = Number(sweepPointers.run(now, sweepBatch).changes) + Number(sweepBlobs.run(now, sweepBatch).changes)
    // With more to do, the next write goes on.
    if (swept < sweepBatch) this.#sweptAt = now
  }
}

function clockOf(row: Record<string, unknown>): StoreClock {
  return { history: row['history'] as string, clock: row['clock'] as number, floor: row['floor'] as number }
}

type Statements = { readonly database: DatabaseSync } & Record<keyof typeof statements, StatementSync>

const statements = {
  // One statement, and so one instant, for the clock and the pointer.
  read: `SELECT c.history, c.clock, c.floor, p.pointer FROM rekindle_clocks c
    LEFT JOIN rekindle_pointers p ON p.namespace = c.namespace AND p.id = ? AND p.expires_at > ? WHERE c.namespace = ?`,
  readBlob: 'SELECT blob FROM rekindle_blobs WHERE namespace = ? AND fingerprint = ? AND expires_at > ?',
  writePointer: `INSERT INTO rekindle_pointers (namespace, id, pointer, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET pointer = excluded.pointer, expires_at = excluded.expires_at`,
  writeBlob: `INSERT INTO rekindle_blobs (namespace, fingerprint, blob, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET blob = excluded.blob, expires_at = max(expires_at, excluded.expires_at)`,
  remove: 'DELETE FROM rekindle_pointers WHERE namespace = ? AND id = ?',
  readClock: 'SELECT history, clock, floor FROM rekindle_clocks WHERE namespace = ?',
  writeClock: 'INSERT INTO rekindle_clocks (namespace, history, clock, floor) VALUES (?, ?, ?, ?)',
  advance: 'UPDATE rekindle_clocks SET clock = ? WHERE namespace = ?',
  writeTarget: `INSERT INTO rekindle_targets (namespace, target, clock) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET clock = excluded.clock`,
  changes: 'SELECT target, clock FROM rekindle_targets WHERE namespace = ? AND clock > ? ORDER BY clock',
  sweepPointers: `DELETE FROM rekindle_pointers WHERE (namespace, id) IN
    (SELECT namespace, id FROM rekindle_pointers WHERE expires_at <= ? LIMIT ?)`,
  sweepBlobs: 'DELETE FROM rekindle_blobs WHERE rowid IN (SELECT rowid FROM rekindle_blobs WHERE expires_at <= ? LIMIT ?)',
} as const

function prepare(database: DatabaseSync): Statements {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const)
  return { database, ...(Object.fromEntries(prepared) as Record<keyof typeof statements, StatementSync>) }
}
