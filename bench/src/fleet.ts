import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CacheName } from './fleet-caches.ts'
import type { Order } from './fleet-orders.ts'
import { OrderedProcess } from './fleet-process.ts'

/** Subscriptions are made in the background, by every contestant. */
const settleMs = 300
/** Rekindle's. */
const defaultStoreTimeoutMs = 250

export type FleetWorker = OrderedProcess<Order>

const newWorker = (): FleetWorker => new OrderedProcess(join(import.meta.dirname, 'fleet-worker.ts'))

const fleets = new Set<Fleet>()
// However this process ends: by itself, or by a signal for which it calls `exit`. When it is killed, its workers see that.
process.once('exit', () => {
  for (const fleet of fleets) fleet.end()
})

/** Worker processes with a cache each, which share a store. They are started once, and measured many times. */
export class Fleet {
  readonly workers: FleetWorker[] = []
  readonly cache: CacheName
  readonly #redisPort: number
  readonly #storeTimeoutMs: number
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))

  private constructor(cache: CacheName, redisPort: number, storeTimeoutMs: number) {
    this.cache = cache
    this.#redisPort = redisPort
    this.#storeTimeoutMs = storeTimeoutMs
    fleets.add(this)
  }

  static async start(
    cache: CacheName,
    size: number,
    redisPort: number,
    storeTimeoutMs: number = defaultStoreTimeoutMs,
  ): Promise<Fleet> {
    const fleet = new Fleet(cache, redisPort, storeTimeoutMs)
    fleet.workers.push(...Array.from({ length: size }, () => newWorker()))
    await Promise.all(fleet.workers.map((worker) => fleet.#open(worker)))
    await delay(settleMs)
    return fleet
  }

  async #open(worker: FleetWorker): Promise<void> {
    const sqlitePath = join(this.#folder, 'configs.db')
    const ground = { redisPort: this.#redisPort, sqlitePath, storeTimeoutMs: this.#storeTimeoutMs }
    await worker.order({ type: 'open', cache: this.cache, ground })
  }

  /** Puts a new process in the place of one that has ended. */
  async replace(ended: FleetWorker): Promise<void> {
    const worker = newWorker()
    this.workers[this.workers.indexOf(ended)] = worker
    await this.#open(worker)
    await delay(settleMs)
  }

  /** Safe at any time, and twice. */
  end(): void {
    fleets.delete(this)
    for (const worker of this.workers) worker.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
