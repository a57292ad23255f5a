import { Redis } from 'ioredis'
import { createAgentCache } from 'rekindle'
import { redisStore } from 'rekindle/redis'
import type { Comparison } from '../benchmark.ts'
import { bentocachePeer, cachifiedPeer, dedupePeer, layeredPeer, rawIoredisPeer } from '../peers/ioredis-peers.ts'
import { cacheablePeer, cacheManagerPeer } from '../peers/node-redis-peers.ts'
import { RedisClients } from '../peers/redis-clients.ts'
import type { OpenPeer } from '../peers/redis-peer.ts'
import { bytesOf } from '../redis-figures.ts'
import { startRedis } from '../redis-server.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { createAgent, sampleConfig } from '../sample-agent.ts'
import { joined, sampleKeys } from '../sample-keys.ts'

const sessions = 1_000
const keys = sampleKeys(sessions, 1)
const config = sampleConfig(0)

const raw = 'one config per key: raw SET'
const shared = 'rekindle'

const peers: Readonly<Record<string, OpenPeer>> = {
  [raw]: rawIoredisPeer,
  'layered-loader': layeredPeer,
  bentocache: bentocachePeer,
  cachified: cachifiedPeer,
  'async-cache-dedupe': dedupePeer,
  cacheable: cacheablePeer,
  'cache-manager': cacheManagerPeer,
}

/** What sessions of one agent take in Redis. Each contestant has a Redis of its own; the figure is the same every time. */
export function redisComparison(): Comparison {
  return {
    title: `Redis memory per session, ${sessions} sessions of one agent`,
    rounds: 1,
    unit: 'bytes',
    baseline: raw,
    contestants: [
      ...Object.entries(peers).map(([name, open]) => ({ name, round: () => bytesPerSession((port) => storeByPeer(open, port)) })),
      { name: shared, round: () => bytesPerSession(storeByRekindle) },
      { name: 'rekindle, configScope: agentId', round: () => bytesPerSession(storeByScope) },
    ],
    targets: [{ of: shared, to: raw, atMost: 0.1 }],
    notes: [
      `MEMORY USAGE of every key, and the table of their expiry. The config has ${JSON.stringify(config).length} characters. Each session has a key, but in the`,
      'last row: there the application says that the config depends on the agent alone, which the other caches could do by a key of the',
      'agent only. Without being told, Rekindle stores a pointer for each session, and a config once.',
    ],
  }
}

async function bytesPerSession(store: (port: number) => Promise<void>): Promise<number> {
  const server = await startRedis()
  try {
    await store(server.port)
    const client = new Redis({ host: '127.0.0.1', port: server.port })
    const bytes = await bytesOf(client)
    client.disconnect()
    return bytes / sessions
  } finally {
    server.stop()
  }
}

async function storeByPeer(open: OpenPeer, port: number): Promise<void> {
  const clients = new RedisClients(port)
  const peer = await open(clients, async () => config)
  for (const key of keys) await peer.getOrLoad(joined(key))
  if ((await clients.ioredis().dbsize()) < sessions) throw new Error(`${peer.miss} did not store ${sessions} configs.`)
  clients.end()
}

async function storeByRekindle(port: number): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port })
  const store = redisStore({ client })
  await rekindleReader({ name: shared, namespace: 'footprint', store, keys, warmUp: [], configOf: () => config })
  if ((await client.dbsize()) < sessions) throw new Error(`Rekindle did not store ${sessions} pointers.`)
  client.disconnect()
}

async function storeByScope(port: number): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port })
  const cache = createAgentCache({
    namespace: 'footprint',
    store: redisStore({ client }),
    configScope: ['agentId'],
    loadConfig: () => config,
    createAgent,
  })
  for (const key of keys) await cache.getOrBuild(key)
  const { served } = cache.stats()
  await cache.close()
  client.disconnect()
  if (served.build !== 1) throw new Error(`One build was expected: ${JSON.stringify(served)}`)
}
