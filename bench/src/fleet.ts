import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CacheName } from './fleet-cache.ts'
import type { Answer, Order } from './fleet-orders.ts'

/** Subscriptions are made in the background, by every contestant. */
const settleMs = 300

/** A process that does nothing but what it is told. */
export class FleetWorker {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: unknown) => void }>()
  #orders = 0
  #errors = ''
  #end: Error | undefined

  constructor() {
    // Of contestants that crash, the reason is told once, and not by eight processes.
    this.#child = fork(join(import.meta.dirname, 'fleet-worker.ts'), {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    this.#child.on('message', ({ id, result, error }: Answer) => {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(result as never)
      else pending?.reject(new Error(error))
    })
    // Not `exit`: then what it wrote may not have been read.
    this.#child.on('close', () => {
      this.#end = new Error(/^\w*Error: .*$/m.exec(this.#errors)?.[0] ?? `A worker has ended. ${this.#errors}`)
      for (const { reject } of this.#pending.values()) reject(this.#end)
    })
  }

  /** Rejects with the error that ended the process, if that comes before the answer. */
  order<Result>(order: Order): Promise<Result> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    const id = ++this.#orders
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject })
      // Only a process that has ended cannot be sent anything, and that is seen above.
      this.#child.send({ id, order }, () => {})
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

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
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))

  private constructor(cache: CacheName, redisPort: number) {
    this.cache = cache
    this.#redisPort = redisPort
    fleets.add(this)
  }

  static async start(cache: CacheName, size: number, redisPort: number): Promise<Fleet> {
    const fleet = new Fleet(cache, redisPort)
    fleet.workers.push(...Array.from({ length: size }, () => new FleetWorker()))
    await Promise.all(fleet.workers.map((worker) => fleet.#open(worker)))
    await delay(settleMs)
    return fleet
  }

  async #open(worker: FleetWorker): Promise<void> {
    const places = { redisPort: this.#redisPort, sqlitePath: join(this.#folder, 'configs.db') }
    await worker.order({ type: 'open', cache: this.cache, places })
  }

  /** Puts a new process in the place of one that has ended. */
  async replace(ended: FleetWorker): Promise<void> {
    const worker = new FleetWorker()
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
