import type { Cache, CacheEntry } from '@epic-web/cachified'
import { type Open, redisClient, ttlMs } from './fleet-cache.ts'
import { keyvMemory } from './fleet-keyv.ts'
import type { SampleConfig } from './sample-agent.ts'

/** Peers that do not tell other processes what was invalidated. */

export const cacheManager: Open = async ({ redisPort }, load) => {
  const { createCache } = await import('cache-manager')
  const { Keyv } = await import('keyv')
  const { default: KeyvRedis } = await import('@keyv/redis')
  const memory = await keyvMemory()
  const redis = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${redisPort}`) })
  const cache = createCache({ stores: [memory.keyv, redis], ttl: ttlMs })
  return {
    get: (agentId) => cache.wrap(agentId, () => load(agentId)),
    has: memory.has,
    invalidate: (agentId) => cache.del(agentId),
  }
}

/** It has one cache at a time: here what an lru-cache has not is asked of Redis, by the same function. */
export const cachified: Open = async ({ redisPort }, load) => {
  const { cachified, totalTtl } = await import('@epic-web/cachified')
  const { LRUCache } = await import('lru-cache')
  const client = await redisClient(redisPort)
  const entries = new LRUCache<string, CacheEntry>({ max: 2_000 })
  const memory: Cache = {
    set: (key, entry) => entries.set(key, entry, { ttl: totalTtl(entry.metadata), start: entry.metadata.createdTime }),
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
  }
  const redis: Cache = {
    set: (key, entry) => client.set(`cachified:${key}`, JSON.stringify(entry), 'PX', totalTtl(entry.metadata)),
    async get(key) {
      const text = await client.get(`cachified:${key}`)
      return text === null ? null : (JSON.parse(text) as CacheEntry)
    },
    delete: (key) => client.del(`cachified:${key}`),
  }
  const inRedis = (key: string) => cachified<SampleConfig>({ key, cache: redis, ttl: ttlMs, getFreshValue: () => load(key) })
  return {
    get: (agentId) => cachified({ key: agentId, cache: memory, ttl: ttlMs, getFreshValue: () => inRedis(agentId) }),
    has: (agentId) => entries.has(agentId),
    async invalidate(agentId) {
      entries.delete(agentId)
      await redis.delete(agentId)
    },
  }
}

/** Its storage is memory or Redis, not the one before the other; only Redis is shared. */
export const asyncCacheDedupe: Open = async ({ redisPort }, load) => {
  const { createCache } = await import('async-cache-dedupe')
  const ttl = ttlMs / 1_000
  const client = await redisClient(redisPort)
  const cache = createCache({
    ttl,
    storage: { type: 'redis', options: { client, invalidation: { referencesTTL: ttl } } },
  }).define('agent', { references: (agentId: string) => [referenceTo(agentId)] }, load)
  return {
    get: (agentId) => cache.agent(agentId),
    invalidate: (agentId) => cache.invalidateAll(referenceTo(agentId)),
  }
}

function referenceTo(agentId: string): string {
  return `agent:${agentId}`
}
