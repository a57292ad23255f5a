import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisStore } from 'rekindle/redis'
import { sqliteStore } from 'rekindle/sqlite'
import type { Benchmark } from '../benchmark.ts'
import { type ConfigReader, latency, throughput } from '../config-reader.ts'
import { RedisClients } from '../peers/redis-clients.ts'
import { redisPeers } from '../peers/redis-peers.ts'
import { missSample } from './miss-sample.ts'
import { missTrips } from './miss-trips.ts'
import { loadAndCreate, peerMisses } from './peer-misses.ts'
import { rekindleMisses, type RekindleMissesOptions } from './rekindle-misses.ts'

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
    const common: Common = { sample, configOf: sample.own, concurrency, empty: () => counter.flushall() }
    const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))

    const onlyCreating = loadAndCreate(sample)
    const peers: ConfigReader[] = []
    for (const at of redisPeers.keys()) peers.push(await missesOfPeer(at, clients, common))
    const raw = peers[0]!.name
    const readers = [onlyCreating, ...peers, ...(await rekindles(clients, folder, common))]
    const size = JSON.stringify(sample.own(0)).length
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
      grids: [() => missTrips(redisPort!, counter, contestantsOfTrips(common))],
      async end() {
        clients.end()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

type Common = Omit<RekindleMissesOptions, 'name' | 'store'>

function missesOfPeer(at: number, clients: RedisClients, { sample, empty }: Common): Promise<ConfigReader> {
  return peerMisses((load) => redisPeers[at]!(clients, load), `peer-${at}`, sample, empty)
}

async function rekindles(clients: RedisClients, folder: string, common: Common): Promise<ConfigReader[]> {
  const ioredis = redisStore({ client: clients.ioredis() })
  const nodeRedis = redisStore({ client: await clients.nodeRedis() })
  const sharing = 'rekindle on Redis (ioredis), sessions share their agent’s config'
  let files = 0
  return [
    rekindleMisses({ ...common, name: onRedis, store: () => ioredis }),
    rekindleMisses({ ...common, name: sharing, store: () => ioredis, configOf: common.sample.shared }),
    rekindleMisses({ ...common, name: onNodeRedis, store: () => nodeRedis }),
    rekindleMisses({
      ...common,
      name: 'rekindle on SQLite',
      store: () => sqliteStore({ path: join(folder, `${++files}.db`) }),
    }),
    rekindleMisses({ ...common, name: 'rekindle without a store' }),
  ]
}

/** Each with connections of its own, to the port it is given. */
function contestantsOfTrips(common: Common): Parameters<typeof missTrips>[2] {
  return [
    ...redisPeers.map((_open, at) => async (port: number) => {
      const own = new RedisClients(port)
      return { reader: await missesOfPeer(at, own, common), close: () => own.end() }
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
  ]
}
