import type { RedisOptions } from 'ioredis'
import type { ConfigStore } from 'rekindle'
import { createAgent, type SampleAgent, type SampleConfig } from './sample-agent.ts'

/** What a worker process of a fleet asks of its cache, whichever it is. */
export interface FleetCache {
  get(agentId: string): Promise<unknown>
  /** Whether memory has it to serve, at once and without a question to the store. */
  has(agentId: string): boolean
  /** With `confirm`, which only Rekindle knows, it resolves when all workers have dropped it. */
  invalidate(agentId: string, options: { readonly confirm: boolean }): Promise<unknown>
}

export interface FleetPlaces {
  readonly redisPort: number
  readonly sqlitePath: string
}

type Load = (agentId: string) => Promise<SampleConfig>
type Open = (places: FleetPlaces, load: Load) => Promise<FleetCache>

const ttlMs = 3_600_000

/**
 * By the names of their rows: each a memory tier in every process, before a tier that all share, as its documentation sets it
 * up. Libraries are imported within: a process loads only what it measures.
 */
export const fleetCaches = {
  'rekindle on Redis': async ({ redisPort }, load) => {
    const { redisStore } = await import('rekindle/redis')
    return openRekindle(redisStore({ client: await redisClient(redisPort) }), load)
  },
  'rekindle on SQLite': async ({ sqlitePath }, load) => {
    const { sqliteStore } = await import('rekindle/sqlite')
    return openRekindle(sqliteStore({ path: sqlitePath }), load)
  },
  'layered-loader, Redis notifications': async ({ redisPort }, load) => {
    const { createNotificationPair, Loader, RedisCache } = await import('layered-loader')
    const { publisher, consumer } = createNotificationPair<SampleConfig>({
      channel: 'layered-notifications',
      publisherRedis: await redisClient(redisPort),
      consumerRedis: await redisClient(redisPort),
    })
    const loader = new Loader<SampleConfig>({
      inMemoryCache: { ttlInMsecs: ttlMs },
      asyncCache: new RedisCache<SampleConfig>(await redisClient(redisPort), {
        prefix: 'layered',
        json: true,
        ttlInMsecs: ttlMs,
      }),
      dataSourceGetOneFn: load,
      notificationPublisher: publisher,
      notificationConsumer: consumer,
    })
    await loader.init()
    return {
      get: (agentId) => loader.get(agentId),
      has: (agentId) => loader.getInMemoryOnly(agentId) !== undefined,
      invalidate: (agentId) => loader.invalidateCacheFor(agentId),
    }
  },
  'bentocache, Redis bus': (places, load) => openBentocache(places, load, { maxSize: '10mb' }),
  'bentocache, Redis bus, live objects': (places, load) => openBentocache(places, load, { serialize: false }),
} satisfies Record<string, Open>

export type CacheName = keyof typeof fleetCaches

async function redisClient(port: number) {
  const { Redis } = await import('ioredis')
  return new Redis({ host: '127.0.0.1', port })
}

async function openRekindle(store: ConfigStore, load: Load): Promise<FleetCache> {
  const { createAgentCache } = await import('rekindle')
  const cache = createAgentCache<SampleConfig, SampleAgent>({
    namespace: 'fleet',
    store,
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

async function openBentocache(
  { redisPort }: FleetPlaces,
  load: Load,
  options: { readonly maxSize: '10mb' } | { readonly serialize: false },
): Promise<FleetCache> {
  const { BentoCache, bentostore } = await import('bentocache')
  const { memoryDriver } = await import('bentocache/drivers/memory')
  const { redisDriver, redisBusDriver } = await import('bentocache/drivers/redis')
  const connection: RedisOptions = { host: '127.0.0.1', port: redisPort }
  const memory = memoryDriver(options)
  // The library itself can be asked only with `await`, and goes on to Redis for what memory has not. Its memory tier, which it
  // makes when it is first used, can be asked at once.
  let tier: { get(key: string): unknown } | undefined
  const twoTiers = bentostore()
    .useL1Layer({ ...memory, factory: (config: unknown) => (tier = memory.factory(config)) })
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }))
  const bento = new BentoCache({ default: 'agents', ttl: ttlMs, stores: { agents: twoTiers } })
  return {
    get: (agentId) => bento.getOrSet({ key: agentId, factory: () => load(agentId) }),
    has: (agentId) => tier?.get(agentId) !== undefined,
    invalidate: (agentId) => bento.delete({ key: agentId }),
  }
}
