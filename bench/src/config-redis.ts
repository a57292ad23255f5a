import { redisStore } from 'rekindle/redis'
import type { Benchmark, Target } from './benchmark.ts'
import { askingStore, type ConfigReader, latency, throughput } from './config-reader.ts'
import { agentCount, concurrency, configSample, rekindleReaders, requests, shared } from './config-sample.ts'
import { clientSideHits, peerHits } from './peers/peer-hits.ts'
import { RedisClients } from './peers/redis-clients.ts'
import { redisPeers } from './peers/redis-peers.ts'
import { keysFound } from './redis-figures.ts'

/** An agent that is not in memory, but whose config is in Redis. */
export const configRedis: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const sample = configSample(batchMs)
    const { waves, keys, sessionIds, configOf } = sample
    const clients = new RedisClients(redisPort!)
    const counter = [clients.ioredis()]

    const peers: ConfigReader[] = []
    for (const [at, open] of redisPeers.entries()) {
      peers.push(await peerHits((load) => open(clients, load), `peer-${at}`, sessionIds, configOf))
    }
    const { written, remembered } = await clientSideHits(clients, sessionIds, configOf)
    peers.push(written)

    const stores = {
      onIoredis: redisStore({ client: clients.ioredis() }),
      onNodeRedis: redisStore({ client: await clients.nodeRedis() }),
    }
    const rekindle = await rekindleReaders(sample, stores)
    const readers = [...[...peers, ...rekindle].map((reader) => askingStore(reader, () => keysFound(counter))), remembered]
    const raw = readers[0]!.name
    const size = JSON.stringify(configOf(0)).length
    const beaten = peers.map((peer): Target => ({ of: shared, to: peer.name, atLeast: 2 }))
    return {
      comparisons: [
        {
          title: 'Config hit in Redis, one at a time: p50',
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [{ of: shared, to: raw, atMost: 0.9 }],
          notes: notesOn(size, keys.length),
        },
        {
          title: `Config hits in Redis, ${concurrency} at once: throughput`,
          unit: 'per second',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, concurrency, waves) })),
          targets: beaten,
          notes: [],
        },
      ],
      end: async () => clients.end(),
    }
  },
}

function notesOn(size: number, sessions: number): string[] {
  return [
    `A config of ${size} characters per session, in a Redis on loopback; each contestant has connections of its own, and none but`,
    'that of the last row has it in memory: the lookups of Redis are counted in each round.',
    `Rekindle stores configs by content: ${sessions} sessions of ${agentCount} agents share ${agentCount} configs. A worker keeps those`,
    'parsed that it has read before, so a hit reads only a pointer and the invalidation clock. Worst case: no two sessions have',
    'the same config, so that each hit reads a pointer and then a config.',
    'Peers without a memory tier, with default options, but: the Keyv of cacheable and cache-manager serialises by JSON.stringify',
    'and JSON.parse, which is three to four times faster than its default. Auto-pipelining has a row of its own.',
    'node-redis’ client-side cache remembers the text of each key until Redis says that it has changed. "Written meanwhile":',
    'another client writes all before each round, so every read goes to Redis, as in a worker that has not had this session yet.',
    '"Read before" is a memory hit (with JSON.parse); Rekindle’s are in memory-sync and memory-awaited.',
  ]
}
