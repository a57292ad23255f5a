import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import { sink } from './batch.ts'
import type { Comparison } from './benchmark.ts'
import type { ConfigReader } from './config-reader.ts'
import { commandCount } from './redis-figures.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { createAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const hits = 1_000
/** For subscriptions and heartbeats that are under way. */
const settleMs = 50

const raw = 'raw ioredis GET + JSON.parse'
const oneByOne = 'rekindle, one after the other'

/** Whether knowing that a config is still valid takes a question of its own. `connect` makes a new client of the Redis. */
export async function commandsPerHit(connect: () => Redis): Promise<Comparison> {
  const all = sampleKeys(hits + 1, 1)
  const config = sampleConfig(0)
  const common = { store: redisStore({ client: connect() }), keys: all.slice(0, hits), warmUp: all.slice(hits) }
  const sharing = await rekindleReader({ ...common, name: oneByOne, namespace: 'shared', configOf: () => config })
  const owning = await rekindleReader({
    ...common,
    name: 'rekindle, one after the other, every session has its own config',
    namespace: 'own',
    configOf: sampleConfig,
  })
  const rawReader = await readerOf(connect(), config)
  const counter = connect()
  const contestants = [
    { name: raw, round: counted(counter, rawReader, inTurn) },
    { name: oneByOne, round: counted(counter, sharing, inTurn) },
    { name: `rekindle, ${hits} at once`, round: counted(counter, sharing, atOnce) },
    { name: owning.name, round: counted(counter, owning, inTurn) },
  ]
  return {
    title: 'Redis commands for a config hit',
    unit: 'commands',
    rounds: 3,
    baseline: raw,
    contestants,
    targets: [{ of: oneByOne, atMost: 1.05 }],
    notes: [
      `By INFO commandstats, before and after ${hits} hits of a new worker for sessions it has not seen. Whatever else Rekindle asks`,
      'of Redis meanwhile is in there: its heartbeat, and each command within its scripts. An MGET counts once: a hit is one of a',
      'pointer and the invalidation clock, and those of one turn of the event loop share one.',
    ],
  }
}

async function readerOf(client: Redis, config: SampleConfig): Promise<ConfigReader> {
  await client.set('raw', JSON.stringify(config))
  return { name: raw, read: async () => createAgent(JSON.parse((await client.get('raw'))!)) }
}

type Way = (reader: ConfigReader) => Promise<void>

async function inTurn(reader: ConfigReader): Promise<void> {
  for (let session = 0; session < hits; session++) sink.sum += (await reader.read(session)).size
}

async function atOnce(reader: ConfigReader): Promise<void> {
  const agents = await Promise.all(Array.from({ length: hits }, (_, session) => reader.read(session)))
  sink.sum += agents.length
}

function counted(counter: Redis, reader: ConfigReader, way: Way): () => Promise<number> {
  return async () => {
    await reader.begin?.()
    await delay(settleMs)
    const before = await commandCount(counter)
    await way(reader)
    const after = await commandCount(counter)
    await reader.end?.(hits)
    return (after - before) / hits
  }
}
