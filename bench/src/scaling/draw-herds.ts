import type { Grid } from '../benchmark.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { type FleetPlan, usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { Figures, Herd } from './simulation-orders.ts'

type HerdPlan = readonly [name: string, herd: Omit<Herd, 'type'>, plan: Partial<FleetPlan>]

const cluster = { shards: 8 }
const herds: readonly HerdPlan[] = [
  ['at once', { withinMs: 0, ms: 10_000, newVersion: false }, {}],
  ['at once, a new configVersion', { withinMs: 0, ms: 10_000, newVersion: true }, {}],
  ['within 60 s', { withinMs: 60_000, ms: 60_000, newVersion: false }, {}],
  ['within 60 s, a new configVersion', { withinMs: 60_000, ms: 60_000, newVersion: true }, {}],
  ['within 60 s, a new configVersion, 300 workers', { withinMs: 60_000, ms: 60_000, newVersion: true }, { workers: 300 }],
  ['at once, a cluster of 8', { withinMs: 0, ms: 10_000, newVersion: false }, cluster],
  ['at once, a new configVersion, a cluster of 8', { withinMs: 0, ms: 10_000, newVersion: true }, cluster],
]

const head = [
  '',
  'config',
  'build',
  'failed',
  'reads/s',
  'MB/s',
  'clock’s node',
  'busiest other',
  'p50',
  'p99',
  'slowest',
  'loads',
  'at once',
]

export async function drawHerds(full: boolean): Promise<Grid> {
  const shown = full ? herds : herds.slice(0, 2)
  const all = await Promise.all(shown.map((herd) => simulateHerd(herd, full)))
  return {
    title: 'All workers are replaced: 1 000 if nothing else is said, with ten million sessions, which go on',
    table: [head, ...shown.map(([name], at) => lineOf(name, all[at]!))],
    notes: [
      'Of the first 10 s, or of the 60 s. Sessions stay with their worker’s successor. Loads: there are 10 000 agents; each',
      'takes 200 ms, about.',
    ],
    targets: [],
    figures: { herds: shown, all },
  }
}

function simulateHerd([, herd, changes]: HerdPlan, full: boolean): Promise<Figures> {
  const plan = { ...usualFleet, ...changes, wholeAgents: true, simulated: full ? 100 : 40, part: full ? 0.02 : 0.01 }
  return simulate<Figures>({ type: 'herd', ...herd, plan })
}

function lineOf(name: string, figures: Figures): string[] {
  const { commands } = figures
  return [
    name,
    percent(figures.config),
    percent(figures.build),
    percent(figures.failed),
    count((commands['read'] ?? 0) + (commands['read config'] ?? 0)),
    count(figures.megabytes),
    percent(figures.hub),
    percent(figures.other),
    inMs(figures.p50),
    inMs(figures.p99),
    inMs(figures.slowest),
    count(figures.loads),
    count(figures.mostLoadsAtOnce),
  ]
}
