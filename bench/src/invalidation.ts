import type { Benchmark, Comparison } from './benchmark.ts'
import { findingsOf } from './findings.ts'
import type { CacheName } from './fleet-caches.ts'
import type { Invalidated, Order } from './fleet-orders.ts'
import { newAgents } from './fleet-storm.ts'
import { drawStorms } from './fleet-storms.ts'
import { Fleet } from './fleet.ts'
import { percentile } from './statistics.ts'

const others = 8
/** In a round. */
const invalidations = 100
const confirmations = 20
/** Before each, at random up to so long: it shall not meet the listeners' timers in step. */
const pauseMs = 12
const withinMs = 10_000
/** As long as the peers wait, who have no limit: a pause of this machine shall not make an invalidation fail. */
const storeTimeoutMs = 10_000
/** Of measuring anew, when a worker dropped an agent that was not invalidated yet. */
const maxAttempts = 3

const onRedis = 'rekindle on Redis'
const onSqlite = 'rekindle on SQLite'
const layered = 'layered-loader, Redis notifications'
const contestants: readonly CacheName[] = [
  onRedis,
  onSqlite,
  layered,
  'bentocache, Redis bus',
  'cacheable, sync over Redis',
  'node-redis, client-side cache',
]

/** How long other processes go on serving from memory what one of them invalidates. */
export const invalidation: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale }) {
    const fleets: Fleet[] = []
    for (const name of contestants) {
      const fleet = await Fleet.start(name, others + 1, redisPort!, storeTimeoutMs)
      fleets.push(fleet)
      // Their warm-up.
      await seenByOthers(fleet)
    }
    const confirming = fleets.filter(({ cache }) => cache === onRedis || cache === onSqlite)
    return {
      comparisons: [
        {
          title: `An invalidation seen by ${others} other workers`,
          unit: 'ms',
          rounds: Math.floor(scale.rounds / 2),
          baseline: `${layered}: p50`,
          contestants: fleets.flatMap((fleet) => percentiles(fleet.cache, () => seenByOthers(fleet))),
          targets: [
            { of: `${onRedis}: p99`, atMost: 10 },
            { of: `${onSqlite}: p99`, atMost: 50 },
          ],
          notes: [
            'From the moment one process begins its call to that at which another no longer has the agent in memory.',
            `Percentiles are of ${invalidations} invalidations × ${others} workers in each round. Memory is looked at by a timer, once a`,
            'millisecond: 0.5 ms of each figure is that, on average. SQLite has no messages; Rekindle looks every 20 ms.',
            'node-redis keeps replies, of which Redis tells it when they are no longer right; cacheable’s sync goes by a client of',
            'this benchmark’s. Of the other peers none tells other processes; see the table on throughput.',
            'One run, in which each contestant has nine processes of its own, on the cores named above.',
          ],
        },
        {
          title: `invalidate(…, { confirm: true }): until it resolves, ${others} other workers`,
          unit: 'ms',
          rounds: 3,
          baseline: `${onRedis}: p50`,
          contestants: confirming.flatMap((fleet) => percentiles(fleet.cache, () => confirmed(fleet))),
          targets: [],
          notes: [`Percentiles are of ${confirmations} calls in each round. No peer knows when the others have heard.`],
        },
      ],
      grids: [() => drawStorms(fleets, Math.ceil(scale.rounds / 3), redisPort!)],
      async end() {
        for (const fleet of fleets) fleet.end()
      },
    }
  },
}

function percentiles(name: string, measure: () => Promise<readonly number[]>): Comparison['contestants'] {
  const times = findingsOf(measure)
  return [
    { name: `${name}: p50`, round: times.measure((ms) => percentile(ms, 0.5)) },
    { name: `${name}: p99`, round: times.recall((ms) => percentile(ms, 0.99)) },
  ]
}

async function seenByOthers(fleet: Fleet, attempt = 1): Promise<readonly number[]> {
  const [editor, ...rest] = fleet.workers
  const agentIds = await newAgents(fleet, invalidations)
  const watching = rest.map((worker) => worker.order<readonly number[] | undefined>({ type: 'watch', agentIds, withinMs }))
  const edits = await editor!.order<readonly Invalidated[]>({ type: 'invalidate', agentIds, confirm: false, atOnce: 1, pauseMs })
  const seen = await Promise.all(watching)
  const delays = seen.flatMap((times) => {
    if (times === undefined) throw new Error(`${fleet.cache}: after ${withinMs} ms a worker had not heard of all invalidations.`)
    return times.map((time, index) => time - edits[index]!.began)
  })
  if (delays.every((ms) => ms > 0)) return delays
  // Rekindle's memory serves nothing when its process has stood still for a second, until the store has been asked.
  if (attempt === maxAttempts) throw new Error(`${fleet.cache}: agents left memory before they were invalidated.`)
  console.warn(`${fleet.cache}: an agent left memory before it was invalidated; that round is measured anew.`)
  return seenByOthers(fleet, attempt + 1)
}

async function confirmed(fleet: Fleet): Promise<readonly number[]> {
  const agentIds = await newAgents(fleet, confirmations)
  const order: Order = { type: 'invalidate', agentIds, confirm: true, atOnce: 1, pauseMs }
  const calls = await fleet.workers[0]!.order<readonly Invalidated[]>(order)
  return calls.map(({ began, ended }) => ended - began)
}
