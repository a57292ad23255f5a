import { redisStore } from 'rekindle/redis'
import type { Benchmark, Target } from './benchmark.ts'
import { askingStore, type ConfigReader, latency, throughput } from './config-reader.ts'
import { clientSideHits, peerHits } from './peers/peer-hits.ts'
import { RedisClients } from './peers/redis-clients.ts'
import { redisPeers } from './peers/redis-peers.ts'
import { keysFound } from './redis-figures.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { sampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const agentCount = 20
const concurrency = 1_000
const requests = 300

const shared = 'rekindle acquire (ioredis), sessions share their agent’s config'

/** An agent that is not in memory, but whose config is in Redis. */
export const configRedis: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const waves = batchMs < 10 ? 1 : 2
    const count = concurrency * waves
    const all = sampleKeys(count + agentCount, agentCount)
    const keys = all.slice(0, count)
    const sessionIds = keys.map(({ sessionId }) => sessionId)
    const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
    const configOf = (session: number) => configs[session % agentCount]!
    const clients = new RedisClients(redisPort!)
    const counter = [clients.ioredis()]

    const peers: ConfigReader[] = []
    for (const [at, open] of redisPeers.entries()) {
      peers.push(await peerHits((load) => open(clients, load), `peer-${at}`, sessionIds, configOf))
    }
    const { written, remembered } = await clientSideHits(clients, sessionIds, configOf)
    peers.push(written)

    const common = { keys, warmUp: all.slice(count), configOf }
    const onIoredis = redisStore({ client: clients.ioredis() })
    const rekindle = [
      await rekindleReader({ ...common, name: shared, namespace: 'shared', store: onIoredis }),
      await rekindleReader({
        ...common,
        name: 'rekindle acquire (node-redis), sessions share their agent’s config',
        namespace: 'node-redis',
        store: redisStore({ client: await clients.nodeRedis() }),
      }),
      await rekindleReader({
        ...common,
        name: 'rekindle acquire (ioredis), every session has its own config',
        namespace: 'own',
        store: onIoredis,
        configOf: (session) => sampleConfig(agentCount + session),
      }),
    ]
    const readers = [...[...peers, ...rekindle].map((reader) => askingStore(reader, () => keysFound(counter))), remembered]
    const raw = readers[0]!.name
    const size = JSON.stringify(configs[0]).length
    const notes = [
      `A config of ${size} characters per session, in a Redis on loopback; each contestant has connections of its own, and none but`,
      'that of the last row has it in memory: the lookups of Redis are counted in each round.',
      `Rekindle stores configs by content: ${count} sessions of ${agentCount} agents share ${agentCount} configs. A worker keeps those`,
      'parsed that it has read before, so a hit reads only a pointer and the invalidation clock. Worst case: no two sessions have',
      'the same config, so that each hit reads a pointer and then a config.',
      'Peers without a memory tier, with default options, but: the Keyv of cacheable and cache-manager serialises by JSON.stringify',
      'and JSON.parse, which is three to four times faster than its default. Auto-pipelining has a row of its own.',
      'node-redis’ client-side cache remembers the text of each key until Redis says that it has changed. "Written meanwhile":',
      'another client writes all before each round, so every read goes to Redis, as in a worker that has not had this session yet.',
      '"Read before" is a memory hit (with JSON.parse); Rekindle’s are in memory-sync and memory-awaited.',
    ]
    const beaten = peers.map((peer): Target => ({ of: shared, to: peer.name, atLeast: 2 }))
    return {
      comparisons: [
        {
          title: 'Config hit in Redis, one at a time: p50',
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [{ of: shared, to: raw, atMost: 0.9 }],
          notes,
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
