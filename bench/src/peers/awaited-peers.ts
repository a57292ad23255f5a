import { cachified, type Cache, type CacheEntry, totalTtl } from '@epic-web/cachified'
import { createCache as createDedupeCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as createManagedCache } from 'cache-manager'
import { Cacheable, createKeyv } from 'cacheable'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import { asyncBatch } from '../batch.ts'
import type { Contestant } from '../benchmark.ts'
import type { SampleAgent } from '../sample-agent.ts'
import { joined, type SampleKey } from '../sample-keys.ts'
import { agentCount, cacheableMemory, capacity, expectSame, type LiveSample, missing, ttlMs } from './live-sample.ts'

export const layeredGet = 'layered-loader get, prepared string key'
export const bentoGet = 'bentocache get, live objects, prepared string key'
export const bentoGetOrSet = 'bentocache getOrSet, live objects, prepared string key'

/** Live agents by an awaited call. Each row has a loop of its own. */
export async function awaitedPeers(sample: LiveSample, batchMs: number): Promise<Contestant[]> {
  return [
    ...mapRows(sample, batchMs),
    ...(await layeredRows(sample, batchMs)),
    ...(await dedupeRows(sample, batchMs)),
    ...(await bentoRows(sample, batchMs)),
    ...(await cachifiedRows(sample, batchMs)),
    ...(await cacheableRows(sample, batchMs)),
    ...(await managedRows(sample, batchMs)),
  ]
}

function mapRows({ keys, agents, visits }: LiveSample, batchMs: number): Contestant[] {
  const map = new Map(keys.map(({ sessionId }, index) => [sessionId, agents[index]!]))
  const sessions = visits.map(({ sessionId }) => sessionId)
  return [
    {
      name: 'Promise.resolve(Map.get), session id',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await Promise.resolve(map.get(sessions[turn % agentCount]!)))!.size
        return sum
      }, batchMs),
    },
  ]
}

async function layeredRows({ names, agents, visits, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  const layered = new Loader<SampleAgent>({ inMemoryCache: { ttlInMsecs: ttlMs, maxItems: capacity } })
  for (const [index, name] of names.entries()) await layered.forceSetValue(name, agents[index]!)
  expectSame('layered-loader', await layered.get(names[0]!), agents[0]!)
  return [
    {
      name: layeredGet,
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await layered.get(visitedNames[turn % agentCount]!))!.size
        return sum
      }, batchMs),
    },
    {
      name: 'layered-loader get, key joined from four parts',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await layered.get(joined(visits[turn % agentCount]!)))!.size
        return sum
      }, batchMs),
    },
  ]
}

async function dedupeRows({ names, agents, visits, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  // It fills itself by what it is defined with, once for each agent.
  const takeOnce = () => {
    const given = new Map(names.map((name, index) => [name, agents[index]!]))
    return (name: string) => {
      const agent = given.get(name) ?? missing()
      given.delete(name)
      return agent
    }
  }
  const [byName, byKey] = [takeOnce(), takeOnce()]
  const cache = createDedupeCache({ ttl: ttlMs / 1_000, storage: { type: 'memory', options: { size: 2 * capacity } } })
    .define('agent', async (name: string) => byName(name))
    .define('agentOf', { serialize: joined }, async (key: SampleKey) => byKey(joined(key)))
  for (const name of names) await cache.agent(name)
  for (const key of visits) await cache.agentOf(key)
  expectSame('async-cache-dedupe', await cache.agent(names[0]!), agents[0]!)
  return [
    {
      name: 'async-cache-dedupe, memory, prepared string key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await cache.agent(visitedNames[turn % agentCount]!)).size
        return sum
      }, batchMs),
    },
    {
      name: 'async-cache-dedupe, memory, raw key that it joins',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await cache.agentOf(visits[turn % agentCount]!)).size
        return sum
      }, batchMs),
    },
  ]
}

async function bentoRows({ names, agents, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  // Without `serialize: false` every hit parses JSON, and live agents could not be kept at all.
  const liveObjects = bentostore().useL1Layer(memoryDriver({ serialize: false, maxItems: capacity }))
  const bento = new BentoCache({ default: 'memory', ttl: ttlMs, stores: { memory: liveObjects } })
  for (const [index, name] of names.entries()) await bento.set({ key: name, value: agents[index]! })
  expectSame('bentocache', await bento.get({ key: names[0]! }), agents[0]!)
  return [
    {
      name: bentoGet,
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const agent = await bento.get<SampleAgent>({ key: visitedNames[turn % agentCount]! })
          sum += agent!.size
        }
        return sum
      }, batchMs),
    },
    {
      name: bentoGetOrSet,
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const agent = await bento.getOrSet({ key: visitedNames[turn % agentCount]!, factory: missing })
          sum += agent!.size
        }
        return sum
      }, batchMs),
    },
  ]
}

/** Its cache as its documentation makes it of an lru-cache. */
async function cachifiedRows({ names, agents, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  const entries = new LRUCache<string, CacheEntry>({ max: capacity })
  const cache: Cache = {
    set(key, value) {
      const ttl = totalTtl(value.metadata)
      return entries.set(key, value, { ttl, start: value.metadata.createdTime })
    },
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
  }
  const get = (key: string, getFreshValue: () => SampleAgent) => cachified({ key, cache, ttl: ttlMs, getFreshValue })
  for (const [index, name] of names.entries()) await get(name, () => agents[index]!)
  expectSame('cachified', await get(names[0]!, missing), agents[0]!)
  return [
    {
      name: 'cachified, lru-cache, prepared string key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += (await get(visitedNames[turn % agentCount]!, missing)).size
        return sum
      }, batchMs),
    },
  ]
}

async function cacheableRows({ names, agents, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  const cacheable = new Cacheable({ primary: createKeyv(cacheableMemory), ttl: ttlMs })
  for (const [index, name] of names.entries()) await cacheable.set(name, agents[index]!)
  expectSame('cacheable', await cacheable.get(names[0]!), agents[0]!)
  return [
    {
      name: 'cacheable get, no clone, prepared string key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          sum += (await cacheable.get<SampleAgent>(visitedNames[turn % agentCount]!))!.size
        }
        return sum
      }, batchMs),
    },
  ]
}

async function managedRows({ names, agents, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  const manager = createManagedCache({ stores: [createKeyv(cacheableMemory)], ttl: ttlMs })
  for (const [index, name] of names.entries()) await manager.set(name, agents[index]!)
  expectSame('cache-manager', await manager.get(names[0]!), agents[0]!)
  return [
    {
      name: 'cache-manager get, no clone, prepared string key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          sum += (await manager.get<SampleAgent>(visitedNames[turn % agentCount]!))!.size
        }
        return sum
      }, batchMs),
    },
  ]
}
