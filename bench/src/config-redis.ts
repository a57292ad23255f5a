import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'
import { redisStore } from 'rekindle/redis'
import type { Benchmark } from './benchmark.ts'
import { type ConfigReader, latency, throughput } from './config-reader.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { createAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const agentCount = 20
const concurrency = 1_000
const requests = 300
const ttlMs = 3_600_000

const raw = 'raw ioredis GET + JSON.parse'
const shared = 'rekindle acquire, sessions share their agent’s config'
const own = 'rekindle acquire, every session has its own config'

/** An agent that is not in memory, but whose config is in Redis. */
export const configRedis: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const waves = batchMs < 10 ? 1 : 2
    const count = concurrency * waves
    const all = sampleKeys(count + agentCount, agentCount)
    const keys = all.slice(0, count)
    const warmUp = all.slice(count)
    const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
    const configOf = (session: number) => configs[session % agentCount]!
    const names = keys.map(({ sessionId }) => sessionId)

    const clients: Redis[] = []
    /** Each contestant has a connection of its own, with default options. */
    const connect = () => {
      const client = new Redis({ host: '127.0.0.1', port: redisPort! })
      clients.push(client)
      return client
    }

    const readers: ConfigReader[] = [
      await rawReader(connect(), names, configOf),
      await layeredReader(connect(), names, configOf),
      await bentoReader(connect(), names, configOf),
      await rekindleReader({
        name: shared,
        namespace: 'shared',
        store: redisStore({ client: connect() }),
        keys,
        warmUp,
        configOf,
      }),
      await rekindleReader({
        name: own,
        namespace: 'own',
        store: redisStore({ client: connect() }),
        keys,
        warmUp,
        configOf: (session) => sampleConfig(agentCount + session),
      }),
    ]
    const size = JSON.stringify(configs[0]).length
    const notes = [
      `A config of ${size} characters per session, in a Redis on loopback; no contestant has it in memory.`,
      `Rekindle stores configs by content: ${count} sessions of ${agentCount} agents share ${agentCount} configs. A worker keeps those`,
      'parsed that it has read before, so a hit reads only a pointer and the invalidation clock. Worst case, last row: no two',
      'sessions have the same config, so that each hit reads a pointer and then a config.',
    ]
    return {
      comparisons: [
        {
          title: 'Config hit in Redis, one at a time: p50',
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [{ of: shared, to: raw, atMost: 1.1 }],
          notes,
        },
        {
          title: `Config hits in Redis, ${concurrency} at once: throughput`,
          unit: 'per second',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, concurrency, waves) })),
          targets: [{ of: shared, to: raw, atLeast: 1.5 }],
          notes,
        },
      ],
      async end() {
        for (const client of clients) client.disconnect()
      },
    }
  },
}

type ConfigOf = (session: number) => SampleConfig

async function rawReader(client: Redis, names: readonly string[], configOf: ConfigOf): Promise<ConfigReader> {
  for (const [session, name] of names.entries()) await client.set(`raw:${name}`, JSON.stringify(configOf(session)), 'PX', ttlMs)
  return {
    name: raw,
    async read(session) {
      const text = await client.get(`raw:${names[session]}`)
      return createAgent(JSON.parse(text!))
    },
  }
}

/** Without a memory tier, so that each read is one from Redis. */
async function layeredReader(client: Redis, names: readonly string[], configOf: ConfigOf): Promise<ConfigReader> {
  const loader = new Loader<SampleConfig>({
    asyncCache: new RedisCache<SampleConfig>(client, { prefix: 'layered', json: true, ttlInMsecs: ttlMs }),
  })
  for (const [session, name] of names.entries()) await loader.forceSetValue(name, configOf(session))
  return {
    name: 'layered-loader get, Redis tier only',
    async read(session) {
      return createAgent((await loader.get(names[session]!))!)
    },
  }
}

async function bentoReader(client: Redis, names: readonly string[], configOf: ConfigOf): Promise<ConfigReader> {
  const redisOnly = bentostore().useL2Layer(redisDriver({ connection: client }))
  const bento = new BentoCache({ default: 'redis', ttl: ttlMs, stores: { redis: redisOnly } })
  for (const [session, name] of names.entries()) await bento.set({ key: name, value: configOf(session) })
  return {
    name: 'bentocache get, Redis tier only',
    async read(session) {
      return createAgent((await bento.get<SampleConfig>({ key: names[session]! }))!)
    },
  }
}
