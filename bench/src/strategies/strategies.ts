import type { Benchmark, Grid } from '../benchmark.ts'
import { frameworks } from '../frameworks/framework-cases.ts'
import { drawLost } from './lost.ts'
import { strategyList, type StrategyName } from './strategy-list.ts'
import type { Written } from './strategy-orders.ts'
import { drawStrategies, type StrategyRuns } from './strategy-table.ts'
import { Team } from './team.ts'
import { type Phase, workload } from './workload.ts'

const workerCounts = [1, 4]
const mostWorkers = workerCounts.at(-1)!
const quickFrameworks = 2
/** By these every visit has its agent made, so it makes no difference how long they run. */
const keepingNothing: ReadonlySet<StrategyName> = new Set(['made for every visit', 'whole agent in Redis'])
const phasesOfThose = 2
/** Code that has not been compiled yet is not what is compared. */
const warmUpPhases = 3

/** The ways for worker processes to come to agents that people choose from, with the same visits and real agents. */
export const strategies: Benchmark = {
  needsRedis: true,
  async prepare({ scale, redisPort }) {
    const full = scale.rounds > 5
    const names = Object.keys(frameworks).slice(0, full ? undefined : quickFrameworks)
    const sessions = full ? 250 : 100
    const lost = new Map<string, Written>()
    return {
      comparisons: [],
      grids: [
        ...names.map((framework) => async (): Promise<Grid> => {
          const team = await Team.start(mostWorkers, framework, redisPort!)
          try {
            const written = await team.written()
            lost.set(framework, written)
            return drawStrategies({ framework, runs: await runAll(team, sessions, full ? 2 : 1), written })
          } finally {
            team.end()
          }
        }),
        async () => drawLost(lost),
      ],
      end: async () => {},
    }
  },
}

async function runAll(team: Team, sessions: number, rounds: number): Promise<readonly StrategyRuns[]> {
  const names = Object.keys(strategyList) as StrategyName[]
  const loads = new Map<number, readonly Phase[]>(workerCounts.map((workers) => [workers, workload(sessions, workers)]))
  const rows = workerCounts.flatMap((workers) => names.map((strategy): StrategyRuns => ({ strategy, workers, runs: [] })))
  for (const strategy of names) await team.run(strategy, loads.get(mostWorkers)!.slice(0, warmUpPhases))
  for (let round = 0; round < rounds; round++) {
    for (const { strategy, workers, runs } of rows) {
      const phases = loads.get(workers)!
      runs.push(await team.run(strategy, keepingNothing.has(strategy) ? phases.slice(0, phasesOfThose) : phases))
    }
  }
  return rows
}
