import type { Grid } from '../benchmark.ts'
import { Lines } from '../growth/curve-grid.ts'
import { figure } from '../report.ts'
import { median, percentile } from '../statistics.ts'
import { lossOf } from './lost.ts'
import type { StrategyName } from './strategy-list.ts'
import { loadMs, type Written } from './strategy-orders.ts'
import type { Run } from './team.ts'
import { workloadWords } from './workload.ts'

export interface StrategyRuns {
  readonly strategy: StrategyName
  readonly workers: number
  readonly runs: Run[]
}

export interface Strategies {
  readonly framework: string
  readonly runs: readonly StrategyRuns[]
  readonly written: Written
}

const header = [
  'strategy',
  'workers',
  'p50',
  'p99',
  'mean',
  'visits/s',
  'not built',
  'built elsewhere',
  'stale',
  'memory/worker',
  'lost when stored',
]

/** All that was measured of the strategies with one framework; the mean time to an agent also as a curve. */
export function drawStrategies({ framework, runs, written }: Strategies): Grid {
  const lines = new Lines()
  for (const { strategy, workers, runs: all } of runs) for (const run of all) lines.add(strategy, workers, meanOf(run.ms))
  return {
    title: `Strategies, ${framework}: mean time to an agent, ms`,
    table: [header, ...runs.map((row) => lineOf(row, written))],
    notes: [
      `${workloadWords}.`,
      `To load a config takes ${loadMs} ms, which stands for the database; agents are real and made by the same code, with model and tools`,
      'that are there already. Each worker serves eight visits at a time; a run begins with nothing stored. What keeps no agent serves fewer.',
      'Visits/s: of all workers together, by the time they were busy; they share the cores named above. "Not built": got an agent without a load.',
      '"Built elsewhere": so, by what another worker had loaded. "Stale": got an agent as it was before an edit that had been made known when',
      'they asked. A session’s object knows of no edits, and of the dictionaries only the one of the worker that made it. Rekindle’s',
      'edits wait until all workers have dropped the agent. Memory: what is more in use after the run, sessions all still there.',
    ],
    targets: [],
    figures: runs.map(({ strategy, workers, runs: all }) => ({ strategy, workers, runs: all.map(summaryOf) })),
    curve: { of: 'workers', unit: 'ms', lines: lines.all() },
  }
}

function lineOf({ strategy, workers, runs }: StrategyRuns, written: Written): string[] {
  const visits = runs.flatMap(({ ms }) => ms)
  const share = (of: (run: Run) => number) => `${plain((100 * runs.reduce((sum, run) => sum + of(run), 0)) / visits.length)} %`
  return [
    strategy,
    String(workers),
    time(percentile(visits, 0.5)),
    time(percentile(visits, 0.99)),
    time(meanOf(visits)),
    figure(median(runs.map(({ perSecond }) => perSecond))),
    share(({ unbuilt }) => unbuilt),
    share(({ crossed }) => crossed),
    share(({ stale }) => stale),
    `${plain(median(runs.map(({ bytesPerWorker }) => bytesPerWorker)) / 1e6)} MB`,
    lostBy(strategy, written),
  ]
}

function lostBy(strategy: StrategyName, { agent, config }: Written): string {
  switch (strategy) {
    case 'made for every visit':
    case 'kept in the session’s object':
    case 'dictionary by agent':
      return 'not stored'
    case 'whole agent in Redis':
      return lossOf(agent)
    case 'config in Redis':
    case 'rekindle, an agent per session':
    case 'rekindle, sessions share agents':
      return lossOf(config)
  }
}

function summaryOf({ ms, ...run }: Run) {
  return { ...run, visits: ms.length, p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), mean: meanOf(ms) }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function time(ms: number): string {
  return ms < 0.1 ? `${figure(ms * 1_000)} µs` : `${figure(ms)} ms`
}

function plain(value: number): string {
  return value < 0.005 ? '0' : figure(value)
}
