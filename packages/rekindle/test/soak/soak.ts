import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RedisPlace, soakFaults } from './soak-faults.ts'
import type { SoakRest, SoakTally } from './soak-orders.ts'
import { SoakProcess } from './soak-process.ts'

export interface SoakOptions {
  readonly store: 'redis' | 'sqlite'
  /**
   * Requests of all workers together; it goes on until these have been made, each fault has happened, each tier has served its
   * part, and enough edits have been invalidated: by when depends on how fast the machine is.
   */
  readonly operations: number
  /** The end, however far it is. */
  readonly longestMs: number
  readonly random: () => number
  readonly say: (line: string) => void
}

export interface SoakReport {
  readonly operations: number
  readonly served: { memory: number; config: number; build: number }
  readonly faults: Readonly<Record<string, number>>
  readonly edits: { readonly tried: number; readonly completed: number }
  /** What must not happen. Empty if all is well. */
  readonly wrong: readonly string[]
  /** Of a worker that lived from the start: after a tenth of its work, and at the end, without garbage. */
  readonly heapBytes: readonly [early: number, late: number]
}

/** By each tier, at least. */
const leastServed = 600
/** Invalidations that completed, at least. */
const leastEdits = 30
const editors = 4
const workerCount = 4
/** These are never killed, so that what they hold in the end tells of the whole time. */
const survivors = 2
const agents = Array.from({ length: 24 }, (_, index) => `agent ${index}`)
const maxStalenessMs = 300

/** Four workers under load, while everything that can go wrong does. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const run = new SoakRun(options)
  try {
    return await run.report()
  } finally {
    await run[Symbol.asyncDispose]()
  }
}

class SoakRun implements AsyncDisposable {
  readonly #options: SoakOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'rekindle-soak-'))
  readonly #versions = new Map<string, number>()
  readonly #workers: SoakProcess[] = []
  readonly #wrong = new Set<string>()
  readonly #faults: Record<string, number> = {}
  readonly #edits = { tried: 0, completed: 0 }
  readonly #served = { memory: 0, config: 0, build: 0 }
  #place: RedisPlace | undefined
  #operations = 0
  #over = false

  constructor(options: SoakOptions) {
    this.#options = options
  }

  async report(): Promise<SoakReport> {
    if (this.#options.store === 'redis') this.#place = await RedisPlace.open()
    for (const agent of agents) this.#write(agent)
    this.#workers.push(...(await Promise.all(Array.from({ length: workerCount }, (_, index) => this.#begin(index)))))
    const editing = Array.from({ length: editors }, (_, editor) =>
      this.#editing(agents.filter((_agent, index) => index % editors === editor)),
    )
    const disturbing = Promise.all([...editing, this.#disturbing(), this.#killing()])
    const heapBytes = await this.#untilDone()
    this.#over = true
    await disturbing
    await this.#settle()
    return {
      operations: this.#operations,
      served: this.#served,
      faults: this.#faults,
      edits: this.#edits,
      wrong: [...this.#wrong],
      heapBytes,
    }
  }

  async #begin(index: number): Promise<SoakProcess> {
    const worker = new SoakProcess()
    const library = index % 2 === 0 ? ('ioredis' as const) : ('node-redis' as const)
    const redisPort = this.#place?.proxy.port
    const store = redisPort === undefined ? { sqlite: join(this.#folder, 'store.db') } : { redisPort, library }
    await worker.order({ type: 'start', store, folder: this.#folder, agents, users: 40, maxStalenessMs })
    await worker.order({ type: 'run' })
    return worker
  }

  #write(agentId: string): number {
    const version = (this.#versions.get(agentId) ?? 0) + 1
    this.#versions.set(agentId, version)
    const written = join(this.#folder, `.${agentId}`)
    writeFileSync(written, String(version))
    renameSync(written, join(this.#folder, agentId))
    return version
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#options.random() * items.length)]!
  }

  /** Changes agents of its own at their source, one after the other, and invalidates them through whichever worker. */
  async #editing(own: readonly string[]): Promise<void> {
    while (!this.#over) {
      const agentId = this.#pick(own)
      const version = this.#write(agentId)
      const how = this.#options.random() < 0.02 ? 'all' : this.#pick(['agent', 'tag'] as const)
      this.#edits.tried++
      try {
        const living = this.#workers.filter(({ killed }) => !killed)
        const at = await this.#pick(living).order<number>({ type: 'invalidate', agentId, how })
        this.#edits.completed++
        const news = { type: 'edited', agentId, version, at } as const
        for (const worker of this.#workers) worker.order(news).catch(() => {})
      } catch {
        // The store was away, or the worker was killed.
      }
      await delay(editors * (5 + this.#options.random() * 20))
    }
  }

  async #disturbing(): Promise<void> {
    const place = this.#place
    if (place === undefined) return
    while (!this.#over) {
      const least = Math.min(...Object.keys(soakFaults).map((name) => this.#faults[name] ?? 0))
      const name = this.#pick(Object.keys(soakFaults).filter((fault) => (this.#faults[fault] ?? 0) === least))
      this.#faults[name] = least + 1
      await soakFaults[name]?.(place).catch(() => {})
      await delay(this.#options.random() * 300)
    }
  }

  /** Kills workers, or lets them stand still. */
  async #killing(): Promise<void> {
    while (!this.#over) {
      await delay(700 + this.#options.random() * 1_500)
      if (this.#over) return
      const index = survivors + Math.floor(this.#options.random() * (workerCount - survivors))
      const worker = this.#workers[index]!
      if (this.#options.random() < 0.5) {
        worker.signal('SIGSTOP')
        await delay(this.#options.random() * 1_000)
        worker.signal('SIGCONT')
        continue
      }
      await this.#count(worker).catch(() => {})
      await worker.end()
      this.#workers[index] = await this.#begin(index)
    }
  }

  readonly #counted = new Map<SoakProcess, SoakTally>()

  /** Adds to the sums what a worker has done since it was counted last. */
  async #count(worker: SoakProcess): Promise<SoakTally> {
    const tally = await worker.order<SoakTally>({ type: 'tally' })
    const last = this.#counted.get(worker)
    this.#counted.set(worker, tally)
    this.#operations += tally.operations - (last?.operations ?? 0)
    for (const tier of ['memory', 'config', 'build'] as const) {
      this.#served[tier] += tally.served[tier] - (last?.served[tier] ?? 0)
    }
    for (const what of tally.wrong) this.#wrong.add(what)
    return tally
  }

  async #untilDone(): Promise<readonly [number, number]> {
    const { operations, longestMs, say } = this.#options
    const [survivor] = this.#workers as [SoakProcess]
    const faults = this.#place === undefined ? [] : Object.keys(soakFaults)
    const until = performance.now() + longestMs
    let early = 0
    for (;;) {
      await delay(500)
      const tallies = await Promise.allSettled(this.#workers.map((worker) => this.#count(worker)))
      if (this.#workers.some(({ endedByItself }) => endedByItself)) this.#wrong.add('a worker process has ended by itself')
      const heap = this.#counted.get(survivor)?.heapBytes ?? 0
      if (early === 0 && this.#operations > operations / 10) early = heap
      const allServed = Object.values(this.#served).every((served) => served >= leastServed)
      const allHappened = faults.every((name) => (this.#faults[name] ?? 0) > 0) && this.#edits.completed >= leastEdits
      const done = this.#operations >= operations && allServed && allHappened
      const { length: answered } = tallies.filter(({ status }) => status === 'fulfilled')
      say(`${this.#operations} requests, ${answered} workers, heap ${(heap / 1e6).toFixed(1)} MB, ${this.#wrong.size} wrong`)
      if (done || performance.now() > until) return [early, heap]
    }
  }

  /** With nothing going wrong any more: all is as it was, and each worker says so. */
  async #settle(): Promise<void> {
    for (const until = performance.now() + 3_000; ; await delay(20)) {
      const tallies = await Promise.all(this.#workers.map((worker) => this.#count(worker)))
      if (tallies.every(({ synced }) => synced)) break
      if (performance.now() > until) this.#wrong.add('a worker has not found back to the store')
      if (performance.now() > until) break
    }
    for (const [index, worker] of this.#workers.entries()) {
      const accuse = (what: string) => this.#wrong.add(`worker ${index}: ${what}`)
      const { stats, open } = await worker.order<SoakRest>({ type: 'rest' })
      if (stats.inUse !== 0 || stats.waiting !== 0) accuse(`at rest with ${JSON.stringify(stats)}`)
      if (stats.live !== stats.idle || open !== stats.live) accuse(`${open} agents open, ${stats.live} live, ${stats.idle} idle`)
      await this.#count(worker)
      const closed = await worker.order<SoakRest>({ type: 'close' })
      if (closed.open !== 0) accuse(`${closed.open} agents left open`)
      if (closed.resources.length > 0) accuse(`left behind: ${closed.resources.join(', ')}`)
      if (closed.listeners !== 0) accuse(`${closed.listeners} listeners left behind`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await Promise.all(this.#workers.map((worker) => worker.end()))
    await this.#place?.[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
