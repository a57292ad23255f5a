import type { Grid } from '../benchmark.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { Storm, StormFigures } from './simulation-orders.ts'

type StormPlan = readonly [of: Storm['of'], perSecond: number, workers: number]

const few: readonly StormPlan[] = [
  ['agents', 10, 1_000],
  ['agents', 100, 1_000],
]

const all: readonly StormPlan[] = [
  ...few,
  ['agents', 300, 1_000],
  ['agents', 1_000, 1_000],
  ['agents', 100, 100],
  ['ten agents', 100, 1_000],
  ['agents', 1_000, 100],
  ['agents', 3_000, 100],
  ['agents', 10_000, 10],
  ['sessions', 100, 1_000],
  ['sessions', 1_000, 100],
  ['sessions', 10_000, 10],
  ['all', 1, 1_000],
]

const head = [
  '',
  'workers',
  'messages/s',
  'MB/s',
  'Redis’s thread',
  'all have heard, p50',
  'p99',
  'refused',
  'entries valid for',
  'request p99',
  'built',
  'loads/s',
]

export async function drawStorms(full: boolean): Promise<Grid> {
  const storms = full ? all : few
  const figures = await Promise.all(storms.map((plan) => simulateStorm(plan, full)))
  return {
    title: 'Invalidations, by ten processes, while the fleet serves its usual traffic; one Redis',
    table: [head, ...storms.map((plan, at) => lineOf(plan, figures[at]!, full))],
    notes: [
      'refused: not taken within storeTimeoutMs, so the promise rejects. A message is some 200 bytes to each worker. What is invalidated is built again when',
      'it is next asked for. Only 20 000 targets are remembered: with other ones all the time (sessions), what is older than the last 20 000 is invalid.',
    ],
    targets: [],
    figures: { storms, all: figures },
  }
}

const durationMs = (full: boolean): number => (full ? 5_000 : 2_000)

function simulateStorm([of, perSecond, workers]: StormPlan, full: boolean): Promise<StormFigures> {
  const simulated = Math.min(workers, perSecond > 300 ? 10 : full ? 50 : 20)
  const plan = { ...usualFleet, workers, simulated, wholeAgents: true, part: Math.min(1, (full ? 2 : 1) / workers) }
  return simulate<StormFigures>({ type: 'storm', of, perSecond, ms: durationMs(full), plan })
}

function lineOf([of, perSecond, workers]: StormPlan, figures: StormFigures, full: boolean): string[] {
  return [
    of === 'all' ? `${perSecond} a second of everything` : `${count(perSecond)} a second of ${of}`,
    count(workers),
    count(figures.messages),
    count(figures.megabytes),
    percent(figures.hub),
    inMs(figures.heardP50 ?? Infinity),
    inMs(figures.heardP99 ?? Infinity),
    percent(figures.refused),
    figures.validFor === undefined ? 'their time' : inMs(figures.validFor),
    inMs(figures.p99),
    percent(figures.build),
    count(figures.loads / (durationMs(full) / 1_000)),
  ]
}
