import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { redisStore } from 'rekindle/redis'
import type { Benchmark } from './benchmark.ts'
import { askingStore, latency, throughput } from './config-reader.ts'
import { rawIoredis } from './peers/ioredis-peers.ts'
import { rawNodeRedis } from './peers/node-redis-peers.ts'
import { peerHits } from './peers/peer-hits.ts'
import { startCluster } from './redis-cluster.ts'
import { keysFound } from './redis-figures.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { sampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const masters = 3
const agentCount = 20
const concurrency = 1_000
const requests = 300

const shared = 'rekindle acquire (ioredis), sessions share their agent’s config'

/** An agent that is not in memory, but whose config is in a Redis Cluster. */
export const configCluster: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const cluster = await startCluster(masters)
    const waves = batchMs < 10 ? 1 : 2
    const count = concurrency * waves
    const all = sampleKeys(count + agentCount, agentCount)
    const keys = all.slice(0, count)
    const sessionIds = keys.map(({ sessionId }) => sessionId)
    const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
    const configOf = (session: number) => configs[session % agentCount]!

    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    const urls = nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
    const ioredis = new Cluster(nodes)
    const nodeRedis = await createCluster({ rootNodes: urls }).connect()
    const counters = nodes.map((node) => new Redis(node))

    const common = { keys, warmUp: all.slice(count), configOf }
    const onIoredis = redisStore({ client: ioredis })
    const readers = [
      await peerHits(async (load) => rawIoredis('raw ioredis Cluster', ioredis, load), 'ioredis', sessionIds, configOf),
      await peerHits(async (load) => rawNodeRedis('raw node-redis cluster', nodeRedis, load), 'node-redis', sessionIds, configOf),
      await rekindleReader({ ...common, name: shared, namespace: 'shared', store: onIoredis }),
      await rekindleReader({
        ...common,
        name: 'rekindle acquire (node-redis), sessions share their agent’s config',
        namespace: 'node-redis',
        store: redisStore({ client: nodeRedis }),
      }),
      await rekindleReader({
        ...common,
        name: 'rekindle acquire (ioredis), every session has its own config',
        namespace: 'own',
        store: onIoredis,
        configOf: (session) => sampleConfig(agentCount + session),
      }),
    ].map((reader) => askingStore(reader, () => keysFound(counters)))
    const raw = readers[0]!.name
    const notes = [
      `A Redis Cluster of ${masters} masters on loopback, each with its part of the slots; they share the cores of this machine with the`,
      'contestant. Everything else is as in config-redis.',
      'A pointer is in any slot, the invalidation clock in one: they are read by two commands at the same time, the clock by a',
      'script, which is also told when the slot has moved to another server.',
    ]
    return {
      comparisons: [
        {
          title: `Config hit in a Redis Cluster of ${masters} masters, one at a time: p50`,
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [],
          notes,
        },
        {
          title: `Config hits in a Redis Cluster of ${masters} masters, ${concurrency} at once: throughput`,
          unit: 'per second',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, concurrency, waves) })),
          targets: [],
          notes: [],
        },
      ],
      async end() {
        ioredis.disconnect()
        nodeRedis.destroy()
        for (const counter of counters) counter.disconnect()
        cluster.stop()
      },
    }
  },
}
