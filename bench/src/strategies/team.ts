import { join } from 'node:path'
import { OrderedProcess } from '../fleet-process.ts'
import type { StrategyName } from './strategy-list.ts'
import type { ServedVisits, StrategyOrder, Written } from './strategy-orders.ts'
import type { Phase } from './workload.ts'

type Worker = OrderedProcess<StrategyOrder>

/** What a strategy did with a workload. */
export interface Run {
  /** Of each visit. */
  readonly ms: readonly number[]
  readonly perSecond: number
  readonly unbuilt: number
  readonly crossed: number
  readonly stale: number
  /** What a worker has more in use afterwards. */
  readonly bytesPerWorker: number
}

let runs = 0

/** Worker processes with one framework. They are started once, and serve many runs. */
export class Team {
  readonly #workers: readonly Worker[]

  private constructor(size: number) {
    const path = join(import.meta.dirname, 'strategy-process.ts')
    this.#workers = Array.from({ length: size }, (): Worker => new OrderedProcess(path, ['--expose-gc']))
  }

  static async start(size: number, framework: string, redisPort: number): Promise<Team> {
    const team = new Team(size)
    process.once('exit', team.end)
    await team.#all(team.#workers, { type: 'load', framework, redisPort })
    return team
  }

  /** By as many workers as the phases are for. */
  async run(strategy: StrategyName, phases: readonly Phase[]): Promise<Run> {
    const workers = this.#workers.slice(0, phases[0]!.visits.length)
    const before = await this.#all<number>(workers, { type: 'memory' })
    await this.#all(workers, { type: 'open', strategy, namespace: `strategies-${runs++}` })
    const served = workers.map((): ServedVisits[] => [])
    for (const { visits, edit } of phases) {
      const orders = workers.map((worker, at) => worker.order<ServedVisits>({ type: 'serve', visits: visits[at]! }))
      for (const [at, one] of (await Promise.all(orders)).entries()) served[at]!.push(one)
      await this.#all(workers, { type: 'change', agentId: edit.agentId })
      await workers[edit.worker]!.order({ type: 'edited', agentId: edit.agentId })
    }
    const after = await this.#all<number>(workers, { type: 'memory' })
    await this.#all(workers, { type: 'close' })
    const all = served.flat()
    return {
      ms: all.flatMap(({ ms }) => ms),
      perSecond: sum(served.map((own) => (1_000 * sum(own.map(({ ms }) => ms.length))) / sum(own.map(({ busyMs }) => busyMs)))),
      unbuilt: sum(all.map(({ unbuilt }) => unbuilt)),
      crossed: sum(all.map(({ crossed }) => crossed)),
      stale: sum(all.map(({ stale }) => stale)),
      bytesPerWorker: (sum(after) - sum(before)) / workers.length,
    }
  }

  written(): Promise<Written> {
    return this.#workers[0]!.order({ type: 'write' })
  }

  /** Safe at any time, and twice. */
  readonly end = (): void => {
    process.off('exit', this.end)
    for (const worker of this.#workers) worker.kill()
  }

  #all<Result = void>(workers: readonly Worker[], order: StrategyOrder): Promise<Result[]> {
    return Promise.all(workers.map((worker) => worker.order<Result>(order)))
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
