import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type AgentCache, type ConfigStore, createAgentCache } from 'rekindle'
import { redisStore } from 'rekindle/redis'
import { asyncBatch, syncBatch } from './batch.ts'
import type { Benchmark } from './benchmark.ts'
import { commandsPerHit } from './command-count.ts'
import { findingsOf } from './findings.ts'
import { createAgent, type SampleAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { sampleKeys, shuffled } from './sample-keys.ts'
import { median } from './statistics.ts'

/** Few enough for the processor's caches: where the agents happen to lie in memory makes more of a difference than any check. */
const agentCount = 50
/** Of each contestant's batch, in turns with those of the others. */
const slices = 21

const alone = 'without a store'
const aloneAgain = 'without a store, another cache'
const shared = 'with a Redis store'

type Cache = AgentCache<SampleConfig, SampleAgent>

/** What it costs to know, with every hit, that nothing of it has been invalidated. */
export const validity: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const clients: Redis[] = []
    const connect = () => {
      const client = new Redis({ host: '127.0.0.1', port: redisPort! })
      clients.push(client)
      return client
    }
    const counting = await commandsPerHit(connect)
    const caches = [
      { name: alone, cache: await filledCache() },
      { name: aloneAgain, cache: await filledCache() },
      { name: shared, cache: await filledCache(redisStore({ client: connect() })) },
    ]
    const memoryHits = (batches: readonly Batch[]) => {
      const findings = findingsOf(() => inSlices(batches))
      const contestants = caches.map(({ name }, at) => {
        const own = (times: readonly number[]) => times[at]!
        return { name, round: at === 0 ? findings.measure(own) : findings.recall(own) }
      })
      return { unit: 'ns', baseline: alone, contestants, targets: [{ of: shared, to: alone, atMost: 1.05 }] } as const
    }
    return {
      comparisons: [
        counting,
        {
          ...memoryHits(caches.map(({ cache }) => presentHits(cache, batchMs / slices))),
          title: 'Memory hit by getIfPresent, with and without a store',
          notes: [
            'The cache with a store is connected to Redis, listens, and its heartbeat runs; it is asked for what the others are.',
            `A round is ${slices} short batches of each, in turns. "${aloneAgain}" ÷ "${alone}" is the noise.`,
          ],
        },
        {
          ...memoryHits(caches.map(({ cache }) => leasedHits(cache, batchMs / slices))),
          title: 'Memory hit by acquire + release(), with and without a store',
          notes: [],
        },
      ],
      async end() {
        for (const { cache } of caches) await cache.close({ drainMs: 0 })
        for (const client of clients) client.disconnect()
      },
    }
  },
}

const keys = sampleKeys(agentCount, 20)
const visits = shuffled(keys)

async function filledCache(store?: ConfigStore): Promise<Cache> {
  const cache = createAgentCache<SampleConfig, SampleAgent>({
    namespace: 'bench',
    ...(store && { store }),
    storeTimeoutMs: 10_000,
    loadConfig: ({ agentId }) => sampleConfig(Number(agentId.slice('agent-'.length))),
    createAgent,
    live: { maxAgents: 2 * agentCount },
  })
  for (const key of keys) await cache.getOrBuild(key)
  return cache
}

function presentHits(cache: Cache, batchMs: number): Batch {
  return syncBatch((count) => {
    let sum = 0
    for (let turn = 0; turn < count; turn++) {
      const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
      sum += cache.getIfPresent({ agentId, userId, sessionId, reasoning })!.size
    }
    return sum
  }, batchMs)
}

function leasedHits(cache: Cache, batchMs: number): Batch {
  return asyncBatch(async (count) => {
    let sum = 0
    for (let turn = 0; turn < count; turn++) {
      const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
      const lease = await cache.acquire({ agentId, userId, sessionId, reasoning })
      sum += lease.agent.size
      lease.release()
    }
    return sum
  }, batchMs)
}

type Batch = () => number | Promise<number>

/** Nanoseconds of each: a difference of a few percent drowns in what happens to a machine between one whole batch and the next. */
async function inSlices(batches: readonly Batch[]): Promise<readonly number[]> {
  // Batches leave no room for I/O. Here there is some, as in a server: heartbeats go out, and their answers come in.
  await delay(5)
  const times = batches.map(() => [] as number[])
  for (let slice = 0; slice < slices; slice++) {
    for (const [at, batch] of batches.entries()) times[at]?.push(await batch())
  }
  return times.map(median)
}
