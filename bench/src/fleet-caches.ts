import type { ConfigStore } from 'rekindle'
import { type FleetCache, type Load, type Open, redisClient } from './fleet-cache.ts'
import { bentocache, bentocacheLive, cacheable, layeredLoader, nodeRedis } from './fleet-told.ts'
import { asyncCacheDedupe, cacheManager, cachified } from './fleet-untold.ts'
import { createAgent, type SampleAgent, type SampleConfig } from './sample-agent.ts'

/**
 * By the names of their rows: each a memory tier in every process, before a tier that all share, as its documentation sets it
 * up. Libraries are imported within: a process loads only what it measures.
 */
export const fleetCaches = {
  'rekindle on Redis': async ({ redisPort, storeTimeoutMs }, load) => {
    const { redisStore } = await import('rekindle/redis')
    return openRekindle(redisStore({ client: await redisClient(redisPort) }), storeTimeoutMs, load)
  },
  'rekindle on SQLite': async ({ sqlitePath, storeTimeoutMs }, load) => {
    const { sqliteStore } = await import('rekindle/sqlite')
    return openRekindle(sqliteStore({ path: sqlitePath }), storeTimeoutMs, load)
  },
  'layered-loader, Redis notifications': layeredLoader,
  'bentocache, Redis bus': bentocache,
  'bentocache, Redis bus, live objects': bentocacheLive,
  'cacheable, sync over Redis': cacheable,
  'node-redis, client-side cache': nodeRedis,
  'cache-manager, memory and Redis': cacheManager,
  'cachified, lru-cache and Redis': cachified,
  'async-cache-dedupe, Redis': asyncCacheDedupe,
} satisfies Record<string, Open>

export type CacheName = keyof typeof fleetCaches

async function openRekindle(store: ConfigStore, storeTimeoutMs: number, load: Load): Promise<FleetCache> {
  const { createAgentCache } = await import('rekindle')
  const cache = createAgentCache<SampleConfig, SampleAgent>({
    namespace: 'fleet',
    store,
    storeTimeoutMs,
    loadConfig: ({ agentId }) => load(agentId),
    createAgent,
  })
  const keyOf = (agentId: string) => ({ agentId, userId: 'user', sessionId: 'session', reasoning: false })
  return {
    get: (agentId) => cache.getOrBuild(keyOf(agentId)),
    has: (agentId) => cache.getIfPresent(keyOf(agentId)) !== undefined,
    invalidate: (agentId, { confirm }) => cache.invalidate({ agentId }, { confirm }),
  }
}
