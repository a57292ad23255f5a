import type { Cache, CacheEntry } from '@epic-web/cachified'
import { type Keep, type Kept, ttlMs } from './keeper.ts'
import { keepWithoutStore, keepWithRedis, keepWithSqlite } from './rekindle-keepers.ts'
import type { LittleAgent, Stock } from './stock.ts'

/**
 * By the names of their rows: memory tiers for live agents, with room for as many as there are and not one more. Libraries are
 * imported within: a process loads only what it measures.
 */
export const keepers = {
  'Map, string key': keepInMap,
  'lru-cache, TTL': keepInLru,
  'layered-loader': keepInLayeredLoader,
  'bentocache, live objects': keepInBentocache,
  'cacheable, no clone': keepInCacheable,
  'cache-manager, no clone': keepInCacheManager,
  'cachified, lru-cache': keepInCachified,
  'async-cache-dedupe': keepInDedupe,
  rekindle: keepWithoutStore,
  'rekindle with a store (Redis)': keepWithRedis,
  'rekindle with a store (SQLite)': keepWithSqlite,
} satisfies Record<string, Keep>

export type KeeperName = keyof typeof keepers

async function keepInMap({ names, agents }: Stock): Promise<Kept> {
  const map = new Map(names.map((name, index) => [name, agents[index]!]))
  return { get: (index) => map.get(names[index]!) }
}

async function keepInLru({ names, agents }: Stock): Promise<Kept> {
  const { LRUCache } = await import('lru-cache')
  const lru = new LRUCache<string, LittleAgent>({ max: names.length, ttl: ttlMs })
  for (const [index, name] of names.entries()) lru.set(name, agents[index]!)
  return { get: (index) => lru.get(names[index]!) }
}

async function keepInLayeredLoader({ names, agents }: Stock): Promise<Kept> {
  const { Loader } = await import('layered-loader')
  const loader = new Loader<LittleAgent>({ inMemoryCache: { ttlInMsecs: ttlMs, maxItems: names.length } })
  for (const [index, name] of names.entries()) await loader.forceSetValue(name, agents[index]!)
  return { get: (index) => loader.getInMemoryOnly(names[index]!) }
}

async function keepInBentocache({ names, agents }: Stock): Promise<Kept> {
  const { BentoCache, bentostore } = await import('bentocache')
  const { memoryDriver } = await import('bentocache/drivers/memory')
  const liveObjects = bentostore().useL1Layer(memoryDriver({ serialize: false, maxItems: names.length }))
  const bento = new BentoCache({ default: 'memory', ttl: ttlMs, stores: { memory: liveObjects } })
  for (const [index, name] of names.entries()) await bento.set({ key: name, value: agents[index]! })
  return { get: (index) => bento.get<LittleAgent>({ key: names[index]! }) }
}

async function keepInCacheable({ names, agents }: Stock): Promise<Kept> {
  const { Cacheable, createKeyv } = await import('cacheable')
  const cache = new Cacheable({ primary: createKeyv(cacheableMemory(names.length)), ttl: ttlMs })
  for (const [index, name] of names.entries()) await cache.set(name, agents[index]!)
  return { get: (index) => cache.get<LittleAgent>(names[index]!) }
}

async function keepInCacheManager({ names, agents }: Stock): Promise<Kept> {
  const { createKeyv } = await import('cacheable')
  const { createCache } = await import('cache-manager')
  const cache = createCache({ stores: [createKeyv(cacheableMemory(names.length))], ttl: ttlMs })
  for (const [index, name] of names.entries()) await cache.set(name, agents[index]!)
  return { get: (index) => cache.get<LittleAgent>(names[index]!) }
}

function cacheableMemory(count: number) {
  return { useClone: false, storeHashSize: 1, lruSize: count, ttl: ttlMs }
}

/** Its cache as its documentation makes it of an lru-cache. */
async function keepInCachified({ names, agents }: Stock): Promise<Kept> {
  const { cachified, totalTtl } = await import('@epic-web/cachified')
  const { LRUCache } = await import('lru-cache')
  const entries = new LRUCache<string, CacheEntry>({ max: names.length })
  const cache: Cache = {
    set: (key, entry) => entries.set(key, entry, { ttl: totalTtl(entry.metadata), start: entry.metadata.createdTime }),
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
  }
  const get = (key: string, getFreshValue: () => LittleAgent | undefined) => cachified({ key, cache, ttl: ttlMs, getFreshValue })
  for (const [index, name] of names.entries()) await get(name, () => agents[index])
  return { get: (index) => get(names[index]!, () => undefined) }
}

async function keepInDedupe({ names, agents }: Stock): Promise<Kept> {
  const { createCache } = await import('async-cache-dedupe')
  let loading: LittleAgent | undefined
  const storage = { type: 'memory', options: { size: names.length } } as const
  const cache = createCache({ ttl: ttlMs / 1_000, storage }).define('agent', async (_name: string) => loading)
  for (const [index, name] of names.entries()) {
    loading = agents[index]
    await cache.agent(name)
  }
  loading = undefined
  return { get: (index) => cache.agent(names[index]!) }
}
