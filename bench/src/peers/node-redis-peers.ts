import { createCache } from 'cache-manager'
import { Cacheable } from 'cacheable'
import type { SampleConfig } from '../sample-agent.ts'
import { type Load, type OpenPeer, peerTtlMs, type RedisPeer } from './redis-peer.ts'

// What uses node-redis: the plain commands, and the libraries on Keyv.

export const rawNodeRedisPeer: OpenPeer = async (clients, load) => rawNodeRedis('raw node-redis', await clients.nodeRedis(), load)

export function rawNodeRedis(name: string, client: NodeRedis, load: Load): RedisPeer {
  return {
    hit: `${name} GET + JSON.parse`,
    miss: `${name} GET + SET`,
    async get(key) {
      const text = await client.get(key)
      return text === null ? undefined : (JSON.parse(text) as SampleConfig)
    },
    async getOrLoad(key) {
      const found = await client.get(key)
      if (found !== null) return JSON.parse(found) as SampleConfig
      const config = await load(key)
      await client.set(key, JSON.stringify(config), { PX: peerTtlMs })
      return config
    },
  }
}

/** Of one server or of a cluster. */
interface NodeRedis {
  get(key: string): Promise<string | null>
  set(key: string, value: string, options: { readonly PX: number }): Promise<unknown>
}

export const cacheablePeer: OpenPeer = async (clients, load) => {
  const cacheable = new Cacheable({ primary: await clients.keyv(), ttl: peerTtlMs })
  return {
    hit: 'cacheable get, @keyv/redis only',
    miss: 'cacheable getOrSet, @keyv/redis only',
    get: (key) => cacheable.get<SampleConfig>(key),
    getOrLoad: async (key) => (await cacheable.getOrSet(key, () => load(key)))!,
  }
}

export const cacheManagerPeer: OpenPeer = async (clients, load) => {
  const manager = createCache({ stores: [await clients.keyv()], ttl: peerTtlMs })
  return {
    hit: 'cache-manager get, @keyv/redis only',
    miss: 'cache-manager wrap, @keyv/redis only',
    get: (key) => manager.get<SampleConfig>(key),
    getOrLoad: (key) => manager.wrap(key, () => load(key)),
  }
}
