import { Redis } from 'ioredis'
import type { SampleConfig } from './sample-agent.ts'

/** What a measurement of faults asks of a cache, whichever it is. */
export interface FaultCache {
  get(key: string): Promise<unknown>
  close(): Promise<unknown>
}

export type FaultCacheName = 'rekindle' | 'bentocache' | 'layered-loader' | 'cacheable'

type Load = (key: string) => Promise<SampleConfig>
type Open = (port: number, load: Load) => FaultCache

const ttlMs = 3_600_000
/** What a command may take, for every contestant: Rekindle's default. */
const patienceMs = 250

/** Of an ioredis client that is to fail fast: no queue, no repetition, and a connection that is silent is replaced. */
const failingFast = (port: number) => ({
  host: '127.0.0.1',
  port,
  commandTimeout: patienceMs,
  socketTimeout: patienceMs,
  connectTimeout: 2 * patienceMs,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempts: number) => Math.min(50 * attempts, 500),
})

/**
 * Of one for messages. It waits until it can subscribe, since a subscription that is given up is not tried again (and with
 * bentocache, ends the process).
 */
const forMessages = (port: number) => ({
  host: '127.0.0.1',
  port,
  socketTimeout: patienceMs,
  connectTimeout: 2 * patienceMs,
  maxRetriesPerRequest: null,
  retryStrategy: (attempts: number) => Math.min(50 * attempts, 500),
})

/** Each with Redis behind its memory, and set up for a Redis that fails as far as its options and those of its client go. */
export const faultCaches: Readonly<Record<FaultCacheName, () => Promise<Open>>> = {
  rekindle: async () => {
    const { createAgentCache } = await import('rekindle')
    const { redisStore } = await import('rekindle/redis')
    return (port, load) => {
      // As the README has it. The store connects by itself, like this client.
      const client = listeningToErrors(new Redis({ host: '127.0.0.1', port, lazyConnect: true }))
      const cache = createAgentCache<SampleConfig, { readonly config: SampleConfig }>({
        namespace: 'faults',
        store: redisStore({ client }),
        loadConfig: ({ agentId }) => load(agentId),
        createAgent: (config) => ({ config }),
      })
      return {
        get: async (key) => {
          const agent = await cache.getOrBuild({ agentId: key, userId: 'user', sessionId: 'session', reasoning: false })
          return agent.config
        },
        close: () => cache.close({ drainMs: 0 }),
      }
    }
  },
  bentocache: async () => {
    const { BentoCache, bentostore } = await import('bentocache')
    const { memoryDriver } = await import('bentocache/drivers/memory')
    const { redisDriver, redisBusDriver } = await import('bentocache/drivers/redis')
    return (port, load) => {
      const agents = bentostore()
        .useL1Layer(memoryDriver({ maxSize: '10mb' }))
        .useL2Layer(redisDriver({ connection: listeningToErrors(new Redis(failingFast(port))) }))
        .useBus(redisBusDriver({ connection: forMessages(port), retryQueue: { enabled: true, maxSize: 1_000 } }))
      const bento = new BentoCache({
        default: 'agents',
        ttl: ttlMs,
        grace: '6h',
        graceBackoff: '10s',
        timeout: patienceMs,
        hardTimeout: '2s',
        suppressL2Errors: true,
        l2CircuitBreakerDuration: '1s',
        stores: { agents },
      })
      return {
        get: (key) => bento.getOrSet({ key, factory: () => load(key) }),
        close: () => bento.disconnectAll(),
      }
    }
  },
  'layered-loader': async () => {
    const { createNotificationPair, enrichRedisConfig, Loader, RedisCache } = await import('layered-loader')
    return (port, load) => {
      const quiet = () => {}
      const options = enrichRedisConfig(failingFast(port))
      const client = listeningToErrors(new Redis(options))
      const { publisher, consumer } = createNotificationPair<SampleConfig>({
        channel: 'faults',
        publisherRedis: listeningToErrors(new Redis(options)),
        consumerRedis: listeningToErrors(new Redis(enrichRedisConfig(forMessages(port)))),
        errorHandler: quiet,
      })
      const loader = new Loader<SampleConfig>({
        inMemoryCache: { ttlInMsecs: ttlMs },
        // `timeoutInMsecs` is documented, but nothing in the package reads it.
        asyncCache: new RedisCache<SampleConfig>(client, { json: true, ttlInMsecs: ttlMs, timeoutInMsecs: patienceMs }),
        dataSourceGetOneFn: load,
        notificationPublisher: publisher,
        notificationConsumer: consumer,
        cacheUpdateErrorHandler: quiet,
        loadErrorHandler: quiet,
      })
      return {
        get: (key) => loader.get(key),
        close: async () => {
          await loader.close()
          client.disconnect()
        },
      }
    }
  },
  cacheable: async () => {
    const { Cacheable } = await import('cacheable')
    const { createClient, default: KeyvRedis } = await import('@keyv/redis')
    return (port, load) => {
      // What the README of cacheable lists under "Non-Blocking with @keyv/redis", and every timeout that the client has.
      const client = createClient({
        url: `redis://127.0.0.1:${port}`,
        disableOfflineQueue: true,
        commandOptions: { timeout: patienceMs },
        socket: { reconnectStrategy: false, connectTimeout: 2 * patienceMs, socketTimeout: 2 * patienceMs },
        // Otherwise the timeout of the socket would end connections that are merely idle.
        pingInterval: patienceMs,
      })
      client.on('error', () => {})
      const secondary = new KeyvRedis<SampleConfig>(client, {
        throwOnConnectError: false,
        throwOnErrors: false,
        connectionTimeout: 2 * patienceMs,
      })
      secondary.on('error', () => {})
      const cache = new Cacheable({ secondary, nonBlocking: true, ttl: ttlMs })
      cache.on('error', () => {})
      return {
        get: (key) => cache.getOrSet(key, () => load(key)),
        close: () => cache.disconnect(),
      }
    }
  },
}

/** Without a listener ioredis writes each error to the console. */
function listeningToErrors(client: Redis): Redis {
  return client.on('error', () => {})
}
