import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { redisStore } from 'rekindle/redis'
import type { Benchmark } from './benchmark.ts'
import { askingStore, latency, throughput } from './config-reader.ts'
import { concurrency, configSample, rekindleReaders, requests } from './config-sample.ts'
import { rawIoredis } from './peers/ioredis-peers.ts'
import { rawNodeRedis } from './peers/node-redis-peers.ts'
import { peerHits } from './peers/peer-hits.ts'
import { startCluster } from './redis-cluster.ts'
import { keysFound } from './redis-figures.ts'

const masters = 3

/** An agent that is not in memory, but whose config is in a Redis Cluster. */
export const configCluster: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const cluster = await startCluster(masters)
    const sample = configSample(batchMs)
    const { waves, sessionIds, configOf } = sample

    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    const urls = nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
    const ioredis = new Cluster(nodes)
    const nodeRedis = await createCluster({ rootNodes: urls }).connect()
    const counters = nodes.map((node) => new Redis(node))

    const stores = { onIoredis: redisStore({ client: ioredis }), onNodeRedis: redisStore({ client: nodeRedis }) }
    const readers = [
      await peerHits(async (load) => rawIoredis('raw ioredis Cluster', ioredis, load), 'ioredis', sessionIds, configOf),
      await peerHits(async (load) => rawNodeRedis('raw node-redis cluster', nodeRedis, load), 'node-redis', sessionIds, configOf),
      ...(await rekindleReaders(sample, stores)),
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
