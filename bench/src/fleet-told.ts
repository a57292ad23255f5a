import type { RedisOptions } from 'ioredis'
import { type FleetCache, type FleetGround, type Load, type Open, redisClient, ttlMs } from './fleet-cache.ts'
import { keyvMemory } from './fleet-keyv.ts'
import type { SampleConfig } from './sample-agent.ts'

/** Peers that tell the memory of other processes when something is invalidated. */

export const layeredLoader: Open = async ({ redisPort }, load) => {
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
}

export const bentocache: Open = (ground, load) => openBentocache(ground, load, { maxSize: '10mb' })
export const bentocacheLive: Open = (ground, load) => openBentocache(ground, load, { serialize: false })

async function openBentocache(
  { redisPort }: FleetGround,
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

export const cacheable: Open = async ({ redisPort }, load) => {
  const { Cacheable } = await import('cacheable')
  const { default: KeyvRedis } = await import('@keyv/redis')
  const memory = await keyvMemory()
  const cache = new Cacheable({
    primary: memory.keyv,
    secondary: new KeyvRedis<SampleConfig>(`redis://127.0.0.1:${redisPort}`),
    ttl: ttlMs,
    sync: { qified: await messagesOverRedis(redisPort) },
  })
  return {
    get: (agentId) => cache.getOrSet(agentId, () => load(agentId)),
    has: memory.has,
    invalidate: (agentId) => cache.delete(agentId),
  }
}

interface Message {
  readonly id: string
  readonly data: unknown
}

interface Topic {
  id?: string
  handler: (message: Message & { providerId: string }) => Promise<void>
}

/** What cacheable's sync goes through: plain publish and subscribe, with a client that knows when it has reconnected. */
async function messagesOverRedis(redisPort: number) {
  const publisher = await redisClient(redisPort)
  const subscriber = await redisClient(redisPort)
  const id = 'redis'
  const subscriptions = new Map<string, Topic[]>()
  subscriber.on('message', (topic: string, text: string) => {
    const message = { ...(JSON.parse(text) as Message), providerId: id }
    for (const { handler } of subscriptions.get(topic) ?? []) void handler(message)
  })
  return {
    id,
    subscriptions,
    async publish(topic: string, message: Message) {
      await publisher.publish(topic, JSON.stringify(message))
    },
    async subscribe(topic: string, handler: Topic) {
      subscriptions.set(topic, [...(subscriptions.get(topic) ?? []), handler])
      await subscriber.subscribe(topic)
    },
    async unsubscribe(topic: string) {
      subscriptions.delete(topic)
      await subscriber.unsubscribe(topic)
    },
    async disconnect() {
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}

/** Redis itself tells who has read a key that it changed. What is kept is the reply, so each hit parses JSON. */
export const nodeRedis: Open = async ({ redisPort }, load) => {
  const { BasicClientSideCache, createClient } = await import('redis')
  const replies = new BasicClientSideCache({ ttl: 0, maxEntries: 0, evictPolicy: 'LRU', recordStats: false })
  const client = createClient({ url: `redis://127.0.0.1:${redisPort}`, RESP: 3, clientSideCache: replies })
  client.on('error', () => {})
  await client.connect()
  const keyOf = (agentId: string) => `tracked:${agentId}`
  return {
    async get(agentId) {
      const key = keyOf(agentId)
      const text = await client.get(key)
      if (text !== null) return JSON.parse(text)
      const config = await load(agentId)
      await client.set(key, JSON.stringify(config), { expiration: { type: 'PX', value: ttlMs } })
      // A key is tracked, and its reply kept, from the first time it is read.
      await client.get(key)
      return config
    },
    // By the name under which it keeps the reply to a GET.
    has: (agentId) => replies.has(`3_${keyOf(agentId).length}_GET_${keyOf(agentId)}`),
    invalidate: (agentId) => client.del(keyOf(agentId)),
  }
}
