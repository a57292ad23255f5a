import type {
  Claim,
  Claimed,
  SeenClock,
  StoreAdvance,
  StoreChanges,
  StoreClock,
  StoreConnection,
  StoreEntry,
  StoreListener,
  WorkerList,
  WorkerPresence,
} from '../config/config-store.ts'
import { SqliteClaims } from './sqlite-claims.ts'
import { clockOf, SqliteClock } from './sqlite-clock.ts'
import { SqliteFile } from './sqlite-file.ts'
import { listenTo } from './sqlite-listener.ts'
import type { Statements } from './statements.ts'

/** Expired rows are deleted by the first write after this time, a bounded number at once. */
const sweepIntervalMs = 30_000
const sweepBatch = 1_000

/** A message to a worker that has gone is kept no longer. */
const messageMs = 60_000

/** A namespace in a SQLite file. */
export class SqliteConnection implements StoreConnection {
  readonly #file: SqliteFile
  readonly #namespace: string
  readonly #clock: SqliteClock
  readonly #claims: SqliteClaims
  readonly #listening = new Set<() => void>()
  #sweptAt = -Infinity

  constructor(path: string, namespace: string, retentionMs: number, now: () => number) {
    this.#file = new SqliteFile(path, now)
    this.#namespace = namespace
    this.#clock = new SqliteClock(this.#file, namespace, retentionMs)
    this.#claims = new SqliteClaims(this.#file, namespace)
  }

  async read(id: string): Promise<{ pointer: string | undefined; clock: StoreClock }> {
    const row = await this.#file.run(({ read }) => read.get(id, this.#file.now(), this.#namespace))
    // Without a whole clock no entry can be judged, nor with that of another file.
    const history = row?.['history'] as string | undefined
    if (row === undefined || history?.endsWith(`@${this.#file.identity}`) !== true) {
      return { pointer: undefined, clock: await this.#clock.make() }
    }
    return { pointer: (row['pointer'] as string | null) ?? undefined, clock: clockOf(row) }
  }

  async readBlob(fingerprint: string): Promise<string | undefined> {
    const row = await this.#file.run(({ readBlob }) => readBlob.get(this.#namespace, fingerprint, this.#file.now()))
    return row?.['blob'] as string | undefined
  }

  async write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): Promise<void> {
    const now = this.#file.now()
    await this.#file.write((statements) => {
      statements.writeBlob.run(this.#namespace, fingerprint, blob, now + ttlMs)
      statements.writePointer.run(this.#namespace, id, pointer, now + ttlMs)
      if (now - this.#sweptAt >= sweepIntervalMs) this.#sweep(statements, now)
    })
  }

  async remove(id: string): Promise<void> {
    await this.#file.run(({ remove }) => remove.run(this.#namespace, id))
  }

  invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance> {
    return this.#clock.invalidate(targets, seen)
  }

  sync(seen: SeenClock, presence?: WorkerPresence): Promise<StoreChanges> {
    return this.#clock.sync(seen, presence)
  }

  workers(seen: SeenClock): Promise<WorkerList> {
    return this.#clock.workers(seen)
  }

  claim(id: string, claim: Claim): Promise<Claimed> {
    return this.#claims.claim(id, claim)
  }

  release(id: string, claimant: string): Promise<readonly string[]> {
    return this.#claims.release(id, claimant)
  }

  async send(worker: string, message: string): Promise<void> {
    await this.#file.run(({ send }) => send.run(this.#namespace, worker, message, this.#file.now() + messageMs))
  }

  listen(worker: string, listener: StoreListener): () => void {
    const stop = listenTo(this.#file, this.#namespace, worker, listener)
    this.#listening.add(stop)
    return () => {
      this.#listening.delete(stop)
      stop()
    }
  }

  async close(): Promise<void> {
    for (const stop of this.#listening) stop()
    this.#listening.clear()
    this.#file.close()
  }

  /** Inside a transaction. */
  #sweep(statements: Statements, now: number): void {
    const { sweepPointers, sweepBlobs } = statements
    for (const sweep of ['sweepWorkers', 'sweepClaims', 'sweepMessages'] as const) statements[sweep].run(now)
    const swept = Number(sweepPointers.run(now, sweepBatch).changes) + Number(sweepBlobs.run(now, sweepBatch).changes)
    // With more to do, the next write goes on.
    if (swept < sweepBatch) this.#sweptAt = now
  }
}
