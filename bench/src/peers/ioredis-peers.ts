import { type Cache, cachified } from '@epic-web/cachified'
import { createCache } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import type { Cluster, Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'
import type { SampleConfig } from '../sample-agent.ts'
import { type Load, type OpenPeer, peerTtlMs, type RedisPeer } from './redis-peer.ts'

// What uses ioredis: the plain commands, and the libraries, each as its documentation sets up a tier in Redis.

export const rawIoredisPeer: OpenPeer = async (clients, load) => rawIoredis('raw ioredis', clients.ioredis(), load)

export const pipeliningIoredisPeer: OpenPeer = async (clients, load) =>
  rawIoredis('raw ioredis, enableAutoPipelining', clients.ioredis({ autoPipelining: true }), load)

export function rawIoredis(name: string, client: Redis | Cluster, load: Load): RedisPeer {
  return {
    hit: `${name} GET + JSON.parse`,
    miss: `${name} GET + SET`,
    get: async (key) => parsed(await client.get(key)),
    async getOrLoad(key) {
      const found = await client.get(key)
      if (found !== null) return JSON.parse(found) as SampleConfig
      const config = await load(key)
      await client.set(key, JSON.stringify(config), 'PX', peerTtlMs)
      return config
    },
  }
}

export const layeredPeer: OpenPeer = async (clients, load) => {
  const cache = new RedisCache<SampleConfig>(clients.ioredis(), { prefix: 'layered', json: true, ttlInMsecs: peerTtlMs })
  const loader = new Loader<SampleConfig>({ asyncCache: cache, dataSourceGetOneFn: load })
  return {
    hit: 'layered-loader get, Redis tier only',
    miss: 'layered-loader get, Redis tier only',
    get: (key) => loader.get(key),
    getOrLoad: async (key) => (await loader.get(key))!,
  }
}

export const bentocachePeer: OpenPeer = async (clients, load) => {
  const redisOnly = bentostore().useL2Layer(redisDriver({ connection: clients.ioredis() }))
  const bento = new BentoCache({ default: 'redis', ttl: peerTtlMs, stores: { redis: redisOnly } })
  return {
    hit: 'bentocache get, Redis tier only',
    miss: 'bentocache getOrSet, Redis tier only',
    get: (key) => bento.get<SampleConfig>({ key }),
    getOrLoad: (key) => bento.getOrSet({ key, factory: () => load(key) }),
  }
}

export const dedupePeer: OpenPeer = async (clients, load) => {
  const storage = { type: 'redis', options: { client: clients.ioredis() } } as const
  const cache = createCache({ ttl: peerTtlMs / 1_000, storage }).define('agent', (key: string) => load(key))
  return {
    hit: 'async-cache-dedupe, Redis storage',
    miss: 'async-cache-dedupe, Redis storage',
    get: (key) => cache.agent(key),
    getOrLoad: (key) => cache.agent(key),
  }
}

/** It brings no adapter for ioredis: this is the shortest one. */
export const cachifiedPeer: OpenPeer = async (clients, load) => {
  const client = clients.ioredis()
  const cache: Cache<SampleConfig> = {
    get: async (key) => parsed(await client.get(key)),
    set: (key, entry) => client.set(key, JSON.stringify(entry), 'PX', peerTtlMs),
    delete: (key) => client.del(key),
  }
  const get = (key: string) => cachified({ key, cache, ttl: peerTtlMs, getFreshValue: () => load(key) })
  return { hit: 'cachified, adapter to ioredis', miss: 'cachified, adapter to ioredis', get, getOrLoad: get }
}

function parsed<Value>(text: string | null): Value | undefined {
  return text === null ? undefined : (JSON.parse(text) as Value)
}
