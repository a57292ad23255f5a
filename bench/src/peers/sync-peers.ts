import { CacheableMemory } from 'cacheable'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import { syncBatch } from '../batch.ts'
import type { Contestant } from '../benchmark.ts'
import type { SampleAgent } from '../sample-agent.ts'
import { joined } from '../sample-keys.ts'
import { agentCount, cacheableMemory, capacity, expectSame, type LiveSample, ttlMs } from './live-sample.ts'

export const lruPrepared = 'lru-cache get, TTL, prepared string key'
export const layeredPrepared = 'layered-loader getInMemoryOnly, prepared string key'

/** Live agents at once, of what can be asked so. Each row has a loop of its own. */
export async function syncPeers(sample: LiveSample, batchMs: number): Promise<Contestant[]> {
  return [
    ...mapRows(sample, batchMs),
    ...lruRows(sample, batchMs),
    ...(await layeredRows(sample, batchMs)),
    ...cacheableRows(sample, batchMs),
  ]
}

function mapRows({ keys, names, agents, visits, visitedNames }: LiveSample, batchMs: number): Contestant[] {
  const bySession = new Map(keys.map(({ sessionId }, index) => [sessionId, agents[index]!]))
  const byName = new Map(names.map((name, index) => [name, agents[index]!]))
  const sessions = visits.map(({ sessionId }) => sessionId)
  return [
    {
      name: 'Map.get, session id',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += bySession.get(sessions[turn % agentCount]!)!.size
        return sum
      }, batchMs),
    },
    {
      name: 'Map.get, prepared string key',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += byName.get(visitedNames[turn % agentCount]!)!.size
        return sum
      }, batchMs),
    },
    {
      name: 'Map.get, key joined from four parts',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += byName.get(joined(visits[turn % agentCount]!))!.size
        return sum
      }, batchMs),
    },
  ]
}

function lruRows(sample: LiveSample, batchMs: number): Contestant[] {
  const { names, agents, visits, visitedNames, copiedNames } = sample
  const lru = new LRUCache<string, SampleAgent>({ max: capacity, ttl: ttlMs })
  for (const [index, name] of names.entries()) lru.set(name, agents[index]!)
  expectSame('lru-cache', lru.get(names[0]!), agents[0]!)
  const get = (of: readonly string[]) =>
    syncBatch((count) => {
      let sum = 0
      for (let turn = 0; turn < count; turn++) sum += lru.get(of[turn % agentCount]!)!.size
      return sum
    }, batchMs)
  return [
    { name: lruPrepared, round: get(visitedNames) },
    { name: 'lru-cache get, TTL, prepared, not the string it was set with', round: get(copiedNames) },
    {
      name: 'lru-cache get, TTL, key joined from four parts',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += lru.get(joined(visits[turn % agentCount]!))!.size
        return sum
      }, batchMs),
    },
  ]
}

async function layeredRows({ names, agents, visits, visitedNames }: LiveSample, batchMs: number): Promise<Contestant[]> {
  const layered = new Loader<SampleAgent>({ inMemoryCache: { ttlInMsecs: ttlMs, maxItems: capacity } })
  for (const [index, name] of names.entries()) await layered.forceSetValue(name, agents[index]!)
  expectSame('layered-loader', layered.getInMemoryOnly(names[0]!), agents[0]!)
  return [
    {
      name: layeredPrepared,
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += layered.getInMemoryOnly(visitedNames[turn % agentCount]!)!.size
        return sum
      }, batchMs),
    },
    {
      name: 'layered-loader getInMemoryOnly, key joined from four parts',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += layered.getInMemoryOnly(joined(visits[turn % agentCount]!))!.size
        return sum
      }, batchMs),
    },
  ]
}

function cacheableRows({ names, agents, visitedNames }: LiveSample, batchMs: number): Contestant[] {
  const memory = new CacheableMemory(cacheableMemory)
  for (const [index, name] of names.entries()) memory.set(name, agents[index]!)
  expectSame('CacheableMemory', memory.get(names[0]!), agents[0]!)
  return [
    {
      name: 'CacheableMemory get, no clone, prepared string key',
      round: syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += memory.get<SampleAgent>(visitedNames[turn % agentCount]!)!.size
        return sum
      }, batchMs),
    },
  ]
}
