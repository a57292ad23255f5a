import type { Benchmark, Comparison, Grid } from './benchmark.ts'
import { findingsOf } from './findings.ts'
import { burst, callers, loadMs, trial } from './fleet-burst.ts'
import type { CacheName } from './fleet-caches.ts'
import { killed, takeover } from './fleet-takeover.ts'
import { Fleet } from './fleet.ts'
import { curveGrid, Lines } from './growth/curve-grid.ts'

const processes = 8
const sizes = [1, 2, 4, processes]
const takeovers = 3

const onRedis = 'rekindle on Redis'
const onSqlite = 'rekindle on SQLite'
const layered = 'layered-loader, Redis notifications'
const contestants: readonly CacheName[] = [
  onRedis,
  onSqlite,
  layered,
  'bentocache, Redis bus',
  'cacheable, sync over Redis',
  'cache-manager, memory and Redis',
  'cachified, lru-cache and Redis',
  'async-cache-dedupe, Redis',
]
/**
 * Tried once, not measured: what its memory has from Redis is JSON, which the next read takes for the object. That throws, and
 * leaves a lock that others wait for, or ends the process if a message of the bus has it read. See Julien-R44/bentocache#111.
 */
const unfit: CacheName = 'bentocache, Redis bus, live objects'

/** How often one agent is built that many processes need at the same moment, and none of them has. */
export const builds: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale }) {
    const notesOnTrial = await trial(unfit, processes, redisPort!)
    const fleets: Fleet[] = []
    for (const name of contestants) fleets.push(await Fleet.start(name, processes, redisPort!))
    const notes = [
      `In each round a new key, which all ${processes * callers} callers ask for within a millisecond or so. A load takes ${loadMs} ms.`,
      'One run, in which each contestant has processes of its own. Default options, but that the memory of cacheable and of',
      'cache-manager makes no copies; bentocache’s holds JSON. cachified asks its Redis for what its lru-cache has not.',
      'async-cache-dedupe has no memory tier before Redis. cacheable tells the others what it has set, and its sync has no Redis',
      'client here but one of this benchmark’s, made of publish and subscribe.',
      ...notesOnTrial,
    ]
    return {
      comparisons: [...comparedBursts(fleets, notes), ...comparedTakeovers(fleets)],
      grids: grownBursts(fleets, Math.ceil(scale.rounds / 3)),
      async end() {
        for (const fleet of fleets) fleet.end()
      },
    }
  },
}

function comparedBursts(fleets: readonly Fleet[], notes: readonly string[]): Comparison[] {
  const bursts = fleets.map((fleet) => ({ name: fleet.cache, findings: findingsOf(() => burst(fleet)) }))
  return [
    {
      title: `Builds of one cold key, ${processes} processes × ${callers} callers at once`,
      unit: 'builds',
      baseline: layered,
      contestants: bursts.map(({ name, findings }) => ({ name, round: findings.measure(({ loads }) => loads) })),
      targets: [
        { of: onRedis, atMost: 1 },
        { of: onSqlite, atMost: 1 },
      ],
      notes,
    },
    {
      title: `The same rounds: until all ${processes * callers} callers have the agent`,
      unit: 'ms',
      baseline: layered,
      contestants: bursts.map(({ name, findings }) => ({ name, round: findings.recall(({ ms }) => ms) })),
      targets: [],
      notes: [],
    },
  ]
}

function comparedTakeovers(fleets: readonly Fleet[]): Comparison[] {
  const killing = fleets.filter(({ cache }) => cache === onRedis || cache === onSqlite)
  const all = findingsOf(() => Promise.all(killing.map((fleet) => takeover(fleet))))
  return [
    {
      title: `Builder killed while it loads: until all ${(processes - 1) * callers} other callers have the agent`,
      unit: 'ms',
      rounds: takeovers,
      baseline: onRedis,
      contestants: killing.map(({ cache }, at) => ({
        name: cache,
        round: at === 0 ? all.measure((bursts) => bursts[at]!.ms) : all.recall((bursts) => bursts[at]!.ms),
      })),
      targets: [],
      notes: [
        `One of ${processes} processes begins to load (${killed.loadMs} ms), the ${callers} callers of each of the others wait for it, and after`,
        `${killed.diesAfterMs} ms it gets SIGKILL. Its claim runs out, and one other takes over. "Begun" counts the load that died.`,
        'Peers do not wait for each other, so they lose nothing, and build 8 times as always.',
      ],
    },
    {
      title: 'The same rounds: loads begun',
      unit: 'builds',
      rounds: takeovers,
      baseline: onRedis,
      contestants: killing.map(({ cache }, at) => ({ name: cache, round: all.recall((bursts) => bursts[at]!.loads) })),
      targets: [
        { of: onRedis, atMost: 2 },
        { of: onSqlite, atMost: 2 },
      ],
      notes: [],
    },
  ]
}

/** Two views of the same bursts. */
function grownBursts(fleets: readonly Fleet[], rounds: number): (() => Promise<Grid>)[] {
  const built = new Lines()
  const waited = new Lines()
  const measure = async () => {
    for (let round = 0; round < rounds; round++) {
      for (const size of sizes) {
        for (const fleet of fleets) {
          const { loads, ms } = await burst(fleet, size)
          built.add(fleet.cache, size, loads)
          waited.add(fleet.cache, size, ms)
        }
      }
    }
  }
  const of = `processes × ${callers} callers`
  return [
    async () => {
      await measure()
      const notes = [
        `Medians of ${rounds} bursts each. One build is what a single process makes; who does not wait makes one in each.`,
      ]
      return curveGrid({ title: 'Builds of one cold key', of, unit: 'builds', lines: built.all(), notes })
    },
    async () => {
      const notes = [
        `${loadMs} ms of it is the load. The processes share the cores named above, so callers wait for each other's work, too.`,
      ]
      return curveGrid({ title: 'The same bursts: until all callers have the agent', of, unit: 'ms', lines: waited.all(), notes })
    },
  ]
}
