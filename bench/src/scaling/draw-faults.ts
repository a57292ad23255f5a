import type { Grid } from '../benchmark.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { type FleetPlan, usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { Fault, FaultFigures } from './simulation-orders.ts'

type FaultPlan = readonly [name: string, fault: Omit<Fault, 'type'>, plan: Partial<FleetPlan>]

const faults: readonly FaultPlan[] = [
  ['Redis fails over in 5 s', { what: 'fails over', node: 'clock' }, {}],
  ['Redis hangs for 5 s', { what: 'hangs', node: 'clock' }, {}],
  ['Redis is ten times slower for 5 s', { what: 'is ten times slower', node: 'clock' }, {}],
  ['cluster of 8: the clock’s node fails over in 5 s', { what: 'fails over', node: 'clock' }, { shards: 8 }],
  ['cluster of 8: another node fails over in 5 s', { what: 'fails over', node: 'another' }, { shards: 8 }],
  ['any worker, Redis fails over in 5 s', { what: 'fails over', node: 'clock' }, { sticky: false, maxAgents: 1_000 }],
]

const head = [
  '',
  'meanwhile: memory',
  'config',
  'build',
  'failed',
  'p99',
  'loads',
  'at once',
  'after: loads',
  'at once',
  'p99',
  'busiest node',
  'as before after',
]

export async function drawFaults(full: boolean): Promise<Grid> {
  const shown = full ? faults : faults.slice(0, 1)
  const all = await Promise.all(shown.map((fault) => simulateFault(fault, full)))
  return {
    title: 'A server fails; 1 000 workers, ten million sessions',
    table: [head, ...shown.map(([name], at) => lineOf(name, all[at]!))],
    notes: [
      'whenUnsynced: serve. After: the 30 s after it is back, in their worst second; loads of all 30 s. What fails over may lack the last',
      'invalidations, so a new history begins and everything is built once, when it is asked for.',
    ],
    targets: [],
    figures: { faults: shown, all },
  }
}

function simulateFault([, fault, changes]: FaultPlan, full: boolean): Promise<FaultFigures> {
  const plan = { ...usualFleet, ...changes, wholeAgents: true, simulated: full ? 50 : 20, part: full ? 0.003 : 0.001 }
  return simulate<FaultFigures>({ type: 'fault', ...fault, plan })
}

function lineOf(name: string, { during, after, recoveredAfterMs }: FaultFigures): string[] {
  return [
    name,
    percent(during.memory),
    percent(during.config),
    percent(during.build),
    percent(during.failed),
    inMs(during.p99),
    count(during.loads),
    count(during.mostLoadsAtOnce),
    count(after.loads),
    count(after.mostLoadsAtOnce),
    inMs(after.p99),
    percent(Math.max(after.hub, after.other)),
    recoveredAfterMs >= 30_000 ? 'more than 30 s' : inMs(recoveredAfterMs),
  ]
}
