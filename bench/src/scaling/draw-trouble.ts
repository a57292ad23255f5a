import type { Grid } from '../benchmark.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { type FleetPlan, usualFleet } from './fleet-plan.ts'
import { curveGrid } from '../growth/curve-grid.ts'
import { simulate } from './simulate.ts'
import type { DeadNodeFigures, Fault, FaultFigures, Figures, Herd } from './simulation-orders.ts'

export async function drawHerds(full: boolean): Promise<Grid> {
  const cluster = { shards: 8 }
  const herds: readonly (readonly [name: string, herd: Omit<Herd, 'type'>, plan: Partial<FleetPlan>])[] = [
    ['at once', { withinMs: 0, ms: 10_000, newVersion: false }, {}],
    ['at once, a new configVersion', { withinMs: 0, ms: 10_000, newVersion: true }, {}],
    ['within 60 s', { withinMs: 60_000, ms: 60_000, newVersion: false }, {}],
    ['within 60 s, a new configVersion', { withinMs: 60_000, ms: 60_000, newVersion: true }, {}],
    ['within 60 s, a new configVersion, 300 workers', { withinMs: 60_000, ms: 60_000, newVersion: true }, { workers: 300 }],
    ['at once, a cluster of 8', { withinMs: 0, ms: 10_000, newVersion: false }, cluster],
    ['at once, a new configVersion, a cluster of 8', { withinMs: 0, ms: 10_000, newVersion: true }, cluster],
  ]
  const shown = full ? herds : herds.slice(0, 2)
  const all = await Promise.all(
    shown.map(([, herd, plan]) =>
      simulate<Figures>({
        type: 'herd',
        ...herd,
        plan: { ...usualFleet, ...plan, wholeAgents: true, simulated: full ? 100 : 40, part: full ? 0.02 : 0.01 },
      }),
    ),
  )
  return {
    title: 'All workers are replaced: 1 000 if nothing else is said, with ten million sessions, which go on',
    table: [
      [
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
      ],
      ...shown.map(([name], at) => {
        const figures = all[at]!
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
      }),
    ],
    notes: [
      'Of the first 10 s, or of the 60 s. Sessions stay with their worker’s successor. Loads: there are 10 000 agents; each',
      'takes 200 ms, about.',
    ],
    targets: [],
    figures: { herds: shown, all },
  }
}

export async function drawFaults(full: boolean): Promise<Grid> {
  const faults: readonly (readonly [name: string, fault: Omit<Fault, 'type'>, plan: Partial<FleetPlan>])[] = [
    ['Redis fails over in 5 s', { what: 'fails over', node: 'clock' }, {}],
    ['Redis hangs for 5 s', { what: 'hangs', node: 'clock' }, {}],
    ['Redis is ten times slower for 5 s', { what: 'is ten times slower', node: 'clock' }, {}],
    ['cluster of 8: the clock’s node fails over in 5 s', { what: 'fails over', node: 'clock' }, { shards: 8 }],
    ['cluster of 8: another node fails over in 5 s', { what: 'fails over', node: 'another' }, { shards: 8 }],
    ['any worker, Redis fails over in 5 s', { what: 'fails over', node: 'clock' }, { sticky: false, maxAgents: 1_000 }],
  ]
  const shown = full ? faults : faults.slice(0, 1)
  const all = await Promise.all(
    shown.map(([, fault, plan]) =>
      simulate<FaultFigures>({
        type: 'fault',
        ...fault,
        plan: { ...usualFleet, ...plan, wholeAgents: true, simulated: full ? 50 : 20, part: full ? 0.003 : 0.001 },
      }),
    ),
  )
  return {
    title: 'A server fails; 1 000 workers, ten million sessions',
    table: [
      [
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
      ],
      ...shown.map(([name], at) => {
        const { during, after, recoveredAfterMs } = all[at]!
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
      }),
    ],
    notes: [
      'whenUnsynced: serve. After: the 30 s after it is back, in their worst second; loads of all 30 s. What fails over may lack the last',
      'invalidations, so a new history begins and everything is built once, when it is asked for.',
    ],
    targets: [],
    figures: { faults: shown, all },
  }
}

/** How many reads one dead node of a cluster makes fail, if several are sent together. */
export async function drawDeadNode(): Promise<Grid> {
  const together = [1, 2, 8, 32, 128]
  const clusters = [3, 8, 32]
  const all = await Promise.all(clusters.map((shards) => simulate<DeadNodeFigures>({ type: 'dead node', shards, together })))
  return curveGrid({
    title: 'A node of a cluster is dead: reads of configs that fail',
    of: 'reads in one turn of the event loop',
    unit: '% of them',
    lines: clusters.map((shards, at) => ({
      name: `a cluster of ${shards}`,
      points: together.map((x, index) => ({ x, values: [all[at]!.failures[index]! * 100] })),
    })),
    notes: ['Its own share, however many are read at once.'],
  })
}
