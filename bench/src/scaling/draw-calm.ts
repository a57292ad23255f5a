import type { Grid } from '../benchmark.ts'
import { curveGrid, type Line } from '../growth/curve-grid.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { type FleetPlan, usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { Figures } from './simulation-orders.ts'

type Changes = Partial<FleetPlan>

/** How agents are kept and where, in the order of what they ask of Redis. */
const ways: readonly (readonly [name: string, plan: Changes])[] = [
  ['sessions share agents, one Redis', { sharedAgents: true }],
  ['an agent per session, sessions stay with a worker, one Redis', {}],
  ['the same, a cluster of 8', { shards: 8 }],
  ['an agent per session, any worker, one Redis', { sticky: false, maxAgents: 1_000 }],
  ['the same, a cluster of 8', { sticky: false, maxAgents: 1_000, shards: 8 }],
]

/** The names of {@link ways}, each complete. */
const names = ways.map(([name], at) =>
  name.startsWith('the same') ? `${ways[at - 1]![0].replace(', one Redis', '')}, a cluster of 8` : name,
)

/** Few enough to be simulated in a second or two, with ten thousand sessions. */
function sampled(plan: FleetPlan, full: boolean): FleetPlan {
  const simulated = Math.min(plan.workers, full ? 50 : 20)
  return { ...plan, simulated, part: Math.min(1, (full ? 1 : 0.25) / simulated) }
}

const calm = (plan: Changes, full: boolean) =>
  simulate<Figures>({ type: 'steady', ms: full ? 20_000 : 5_000, plan: sampled({ ...usualFleet, ...plan }, full) })

export async function drawRest(full: boolean): Promise<Grid> {
  const sizes = full ? [10, 100, 1_000, 3_000, 10_000] : [100, 1_000]
  const settings: readonly (readonly [string, Changes])[] = [
    ['maxStalenessMs 1 000 (default)', {}],
    ['maxStalenessMs 5 000', { maxStalenessMs: 5_000 }],
    ['4 namespaces in each worker', { namespaces: 4 }],
    ['a cluster of 8: the node with the clock', { shards: 8 }],
  ]
  const rest = (workers: number, plan: Changes) =>
    simulate<Figures>({
      type: 'rest',
      ms: 5_000,
      plan: { ...usualFleet, ...plan, workers, simulated: Math.min(workers, full ? 200 : 50) },
    })
  const all = await Promise.all(settings.map(([, plan]) => Promise.all(sizes.map((workers) => rest(workers, plan)))))
  const lines = settings.map(([name], at) => lineOf(name, sizes, all[at]!, ({ hub }) => hub * 100))
  const last = (of: (figures: Figures) => number) => all.map((each) => count(of(each[sizes.indexOf(1_000)]!))).join(', ')
  return curveGrid({
    title: 'A fleet at rest: Redis’s thread',
    of: 'workers',
    unit: '% of a core',
    lines,
    from: 1_000,
    notes: [
      `With 1 000 workers, line by line: ${last(({ commands }) => Object.values(commands).reduce((sum, each) => sum + each, 0))} commands a second on all nodes;`,
      `${last(({ connections }) => connections)} connections on the busiest node, which Redis limits to 10 000 unless told otherwise (maxclients).`,
    ],
  })
}

/** The usual traffic: the node that has most to do, by the size of the fleet; and all that a thousand workers ask for. */
export async function drawSteady(full: boolean): Promise<Grid[]> {
  const sizes = full ? [10, 100, 300, 1_000, 3_000, 10_000] : [100, 1_000]
  const all = await Promise.all(ways.map(([, plan]) => Promise.all(sizes.map((workers) => calm({ ...plan, workers }, full)))))
  return [steadyCurve(sizes, all), steadyTable(sizes, all)]
}

/** Sessions grow with the fleet: 10 000 a worker. */
function steadyCurve(sizes: readonly number[], all: readonly (readonly Figures[])[]): Grid {
  return curveGrid({
    title: 'The usual traffic: the thread of the busiest node',
    of: 'workers',
    unit: '% of a core',
    lines: names.map((name, way) => lineOf(name, sizes, all[way]!, ({ hub, other }) => Math.max(hub, other) * 100)),
    from: 1_000,
    notes: [
      '10 000 sessions a worker; each asks for its agent every ten minutes, and lasts an hour. 10 000 agents. From 100 % on requests wait, and build',
      'for themselves what the store does not say in time.',
    ],
  })
}

function steadyTable(sizes: readonly number[], all: readonly (readonly Figures[])[]): Grid {
  const at = sizes.indexOf(usualFleet.workers)
  return {
    title: 'The usual traffic of 1 000 workers and ten million sessions',
    table: [
      [
        '',
        'requests/s',
        'memory',
        'config',
        'build',
        'reads/s',
        'scripts/s',
        'clock’s node',
        'busiest other',
        'p50',
        'p99',
        'a node is full at',
      ],
      ...names.map((name, way) => [name, ...steadyCells(all[way]![at]!)]),
    ],
    notes: ['Full: by the share of the busiest node; p99 grows from 70 % on.'],
    targets: [],
    figures: { sizes, all },
  }
}

/** Of the usual number of workers. */
function steadyCells(figures: Figures): string[] {
  const { commands } = figures
  const of = (...kinds: string[]) => count(kinds.reduce((sum, kind) => sum + (commands[kind] ?? 0), 0))
  return [
    count(figures.requests),
    percent(figures.memory),
    percent(figures.config),
    percent(figures.build),
    of('read', 'read config'),
    of('look', 'sync', 'claim', 'claim, to wait', 'release'),
    percent(figures.hub),
    percent(figures.other),
    inMs(figures.p50),
    inMs(figures.p99),
    `${count(usualFleet.workers / Math.max(figures.hub, figures.other))} workers`,
  ]
}

/** What more servers bring when any worker may get any session, which asks the most of Redis. */
export async function drawShards(full: boolean): Promise<Grid> {
  const sizes = full ? [1, 2, 4, 8, 16, 32] : [1, 8]
  const plans: readonly (readonly [string, Changes])[] = [
    ['the node with the clock', {}],
    ['the busiest of the 4 with clocks, 4 namespaces', { namespaces: 4 }],
  ]
  const all = await Promise.all(
    plans.map(([, plan]) => Promise.all(sizes.map((shards) => calm({ sticky: false, maxAgents: 1_000, ...plan, shards }, full)))),
  )
  const single = await calm({ sticky: false, maxAgents: 1_000 }, full)
  return curveGrid({
    title: '1 000 workers, an agent per session, any worker: a node’s thread',
    of: 'shards',
    unit: '% of a core',
    lines: [
      ...plans.map(([name], at) => lineOf(name, sizes, all[at]!, ({ hub }) => hub * 100)),
      lineOf(
        'the busiest other node',
        sizes.filter((shards) => shards > 1),
        all[0]!.slice(1),
        ({ other }) => other * 100,
      ),
    ],
    notes: [
      `One Redis that is no cluster: ${percent(single.hub)}. In a cluster each read of a config has a look at the clock, by a script on one node; elsewhere the`,
      'clock is read by the same command.',
    ],
  })
}

/** Settings that take load off Redis, for fleets that need it. */
export async function drawSettings(full: boolean): Promise<Grid> {
  const rarely = { maxStalenessMs: 5_000 }
  const anyWorker = { sticky: false, maxAgents: 1_000 }
  const fleets: readonly (readonly [name: string, plan: Changes])[] = [
    ['1 000 workers, an agent per session, sticky, one Redis', {}],
    ['… maxStalenessMs 5 000', rarely],
    ['… configTtlMs of 4 hours', { configTtlMs: 14_400_000 }],
    [
      '1 000 workers, any worker, a cluster of 8, maxStalenessMs 5 000, 4 namespaces',
      { ...anyWorker, ...rarely, shards: 8, namespaces: 4 },
    ],
    ['3 000 workers, an agent per session, sticky, one Redis, maxStalenessMs 5 000', { ...rarely, workers: 3_000 }],
    ['… sessions share agents', { ...rarely, workers: 3_000, sharedAgents: true }],
    ['… an agent per session, a cluster of 8, 4 namespaces', { ...rarely, workers: 3_000, shards: 8, namespaces: 4 }],
  ]
  const shown = full ? fleets : fleets.slice(0, 2)
  const all = await Promise.all(shown.map(([, plan]) => calm(plan, full)))
  return {
    title: 'What settings make of it',
    table: [
      ['', 'memory', 'clock’s node', 'busiest other', 'connections', 'p50', 'p99'],
      ...all.map(({ memory, hub, other, connections, p50, p99 }, at) => [
        shown[at]![0],
        percent(memory),
        percent(hub),
        percent(other),
        count(connections),
        inMs(p50),
        inMs(p99),
      ]),
    ],
    notes: ['Connections: on the busiest node.'],
    targets: [],
    figures: { fleets: shown, all },
  }
}

function lineOf(name: string, sizes: readonly number[], all: readonly Figures[], of: (figures: Figures) => number): Line {
  return { name, points: sizes.map((x, at) => ({ x, values: [of(all[at]!)] })) }
}
