import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisStore } from 'rekindle/redis'
import { sqliteStore } from 'rekindle/sqlite'
import type { Benchmark } from '../benchmark.ts'
import { latency, throughput } from '../config-reader.ts'
import { RedisClients } from '../peers/redis-clients.ts'
import { redisPeers } from '../peers/redis-peers.ts'
import { missSample } from './miss-sample.ts'
import { missTrips } from './miss-trips.ts'
import { loadAndCreate, peerMisses } from './peer-misses.ts'
import { rekindleMisses } from './rekindle-misses.ts'

const requests = 150
const concurrency = 100

const onRedis = 'rekindle on Redis (ioredis)'
const onNodeRedis = 'rekindle on Redis (node-redis)'

/** An agent that is nowhere: what finding that out, and leaving its config behind, costs over loading and creating it. */
export const missBenchmark: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const waves = batchMs < 10 ? 2 : 5
    const sample = missSample(concurrency * waves)
    const clients = new RedisClients(redisPort!)
    const counter = clients.ioredis()
    const empty = () => counter.flushall()
    const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
    let files = 0

    const onlyCreating = loadAndCreate(sample)
    const peers = []
    for (const [at, open] of redisPeers.entries()) {
      peers.push(await peerMisses((load) => open(clients, load), `peer-${at}`, sample, empty))
    }
    const raw = peers[0]!.name
    const common = { sample, configOf: sample.own, concurrency, empty }
    const ioredis = redisStore({ client: clients.ioredis() })
    const nodeRedis = redisStore({ client: await clients.nodeRedis() })
    const sharing = 'rekindle on Redis (ioredis), sessions share their agent’s config'
    const readers = [
      onlyCreating,
      ...peers,
      rekindleMisses({ ...common, name: onRedis, store: () => ioredis }),
      rekindleMisses({ ...common, name: sharing, store: () => ioredis, configOf: sample.shared }),
      rekindleMisses({ ...common, name: onNodeRedis, store: () => nodeRedis }),
      rekindleMisses({
        ...common,
        name: 'rekindle on SQLite',
        store: () => sqliteStore({ path: join(folder, `${++files}.db`) }),
      }),
      rekindleMisses({ ...common, name: 'rekindle without a store' }),
    ]
    const size = JSON.stringify(sample.own(0)).length
    const trips = () =>
      missTrips(redisPort!, counter, [
        ...redisPeers.map((open, at) => async (port: number) => {
          const own = new RedisClients(port)
          const reader = await peerMisses((load) => open(own, load), `peer-${at}`, sample, empty)
          return { reader, close: () => own.end() }
        }),
        async (port) => {
          const own = new RedisClients(port)
          const store = redisStore({ client: own.ioredis() })
          return { reader: rekindleMisses({ ...common, name: onRedis, store: () => store }), close: () => own.end() }
        },
        async (port) => {
          const own = new RedisClients(port)
          const store = redisStore({ client: await own.nodeRedis() })
          return { reader: rekindleMisses({ ...common, name: onNodeRedis, store: () => store }), close: () => own.end() }
        },
      ])
    return {
      comparisons: [
        {
          title: 'Full miss, one at a time: p50',
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [{ of: onRedis, to: raw, atMost: 1.2 }],
          notes: [
            `Sessions that nobody has asked for, each with a config of its own of ${size} characters; to load and to create takes next to`,
            'nothing (first row). The store is emptied, and a worker of Rekindle made anew, between rounds. After each round all must have',
            'been loaded once, and be in the store.',
            'Peers have it stored by the time of the answer; Rekindle stores it meanwhile, and keeps the agent in memory. Peers have',
            'their Redis tier only, as in config-redis.',
          ],
        },
        {
          title: `Full misses, ${concurrency} at once: throughput`,
          unit: 'per second',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, concurrency, waves) })),
          targets: [],
          notes: [
            `${waves} times ${concurrency}. What Rekindle stores of the last ${concurrency} may be under way when the clock is stopped. Its`,
            `maxConcurrentBuilds is ${concurrency} here, since no peer has such a limit.`,
          ],
        },
      ],
      grids: [trips],
      async end() {
        clients.end()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}
