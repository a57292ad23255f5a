import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentCacheStats, InvalidateOptions, InvalidationTarget } from '../../src/index.ts'
import type { Answer, Observation, Order, Start } from './fleet-orders.ts'

const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** A process of the fleet. */
export class FleetWorker {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: unknown) => void }>()
  #orders = 0

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'fleet-worker.ts'), { execArgv: [] })
    this.#child.on('message', ({ id, result, error }: Answer) => {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(result as never)
      else pending?.reject(Object.assign(new Error(error.message), error))
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the worker has ended'))
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  order<Result>(order: Order): Promise<Result> {
    const id = ++this.#orders
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject })
      this.#child.send({ id, order })
    })
  }

  ask(agentId: string, times = 1): Promise<Observation[]> {
    return this.order({ type: 'ask', agentId, times })
  }

  /** Resolves to when it had completed. */
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<number> {
    return this.order(options === undefined ? { type: 'invalidate', target } : { type: 'invalidate', target, options })
  }

  stats(): Promise<AgentCacheStats & { readonly loads: number }> {
    return this.order({ type: 'stats' })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

interface Edit {
  readonly agentId: string
  readonly version: number
  /** When its invalidation had completed; `undefined` if that failed. */
  completed: number | undefined
  readonly confirmed: boolean
}

/** Worker processes that share a store, the source of truth behind them, and a record of what was edited when. */
export class Fleet implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rekindle-fleet-'))
  readonly workers: FleetWorker[] = []
  readonly edits: Edit[] = []
  readonly #versions = new Map<string, number>()
  readonly #setup: Omit<Start, 'type' | 'folder' | 'store'> & { readonly store?: Start['store'] }

  constructor(setup: Omit<Start, 'type' | 'folder' | 'store'> & { readonly store?: Start['store'] }, agents: readonly string[]) {
    this.#setup = setup
    for (const agentId of agents) this.writeVersion(agentId)
  }

  async addWorkers(count: number): Promise<void> {
    const added = Array.from({ length: count }, () => new FleetWorker())
    this.workers.push(...added)
    const store = this.#setup.store ?? { sqlite: join(this.folder, 'store.db') }
    await Promise.all(added.map((worker) => worker.order({ ...this.#setup, type: 'start', folder: this.folder, store })))
  }

  /** What an editor does first. */
  writeVersion(agentId: string): number {
    const version = (this.#versions.get(agentId) ?? 0) + 1
    this.#versions.set(agentId, version)
    const written = join(this.folder, `.${agentId}`)
    writeFileSync(written, String(version))
    renameSync(written, join(this.folder, agentId))
    return version
  }

  /** Changes an agent at its source, then invalidates it through a worker. Returns whether that succeeded. */
  async edit(agentId: string, by: FleetWorker, confirm: boolean): Promise<boolean> {
    const edit: Edit = { agentId, version: this.writeVersion(agentId), completed: undefined, confirmed: confirm }
    this.edits.push(edit)
    const target = edit.version % 2 === 0 ? { agentId } : { tags: [`model:${agentId}`] }
    try {
      edit.completed = await by.invalidate(target, { confirm, timeoutMs: 5_000 })
      return true
    } catch {
      return false
    }
  }

  loads(): Promise<number> {
    return Promise.all(this.workers.map((worker) => worker.stats())).then((all) => all.reduce((sum, { loads }) => sum + loads, 0))
  }

  /** What requests got that they must not have got; `boundMs` is what memory is allowed. */
  violations(seen: readonly Observation[], boundMs: number): string[] {
    const wrong: string[] = []
    for (const { at, until, agentId, version, source } of seen) {
      const allowance = (edit: Edit) => (source === 'memory' && !edit.confirmed ? boundMs : 0)
      const older = this.edits.find(
        (edit) =>
          edit.agentId === agentId &&
          edit.version > version &&
          edit.completed !== undefined &&
          at > edit.completed + allowance(edit),
      )
      if (older === undefined) continue
      const late = (at - older.completed!).toFixed(1)
      wrong.push(`${agentId} v${version} from ${source}, ${late} ms after v${older.version} (took ${(until - at).toFixed(1)} ms)`)
    }
    return wrong
  }

  /** Runs `during` while all workers are under load, and returns what their requests got. */
  async underLoad(names: readonly string[], during: () => Promise<void>): Promise<Observation[]> {
    await Promise.all(this.workers.map((worker) => worker.order({ type: 'load', names })))
    await during()
    const seen = await Promise.all(this.workers.map((worker) => worker.order<Observation[]>({ type: 'stopLoad' })))
    return seen.flat()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export { now }
