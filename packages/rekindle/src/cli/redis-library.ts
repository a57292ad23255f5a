import { ioredisPattern } from '../redis/ioredis-pattern.ts'
import type { RedisPattern } from '../redis/link.ts'
import { nodeRedisPattern } from '../redis/node-redis-pattern.ts'
import { redisStore, type RedisStoreOptions } from '../redis/redis-store.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { UsageError } from './exit-code.ts'
import type { StorePlace } from './store-options.ts'

type RedisPlace = Extract<StorePlace, { kind: 'redis' }>

/** A client library, as far as it is needed to reach one server, or a cluster by way of one of its nodes. */
export interface RedisLibrary {
  readonly name: 'ioredis' | 'redis'
  pattern(place: RedisPlace, isCluster: boolean): RedisPattern
  store(place: RedisPlace, isCluster: boolean): ConfigStore
}

/** The one that is installed. They are imported only when somebody asks for Redis. */
export async function redisLibrary(): Promise<RedisLibrary> {
  const library = (await withIoredis()) ?? (await withNodeRedis())
  if (library !== undefined) return library
  throw new UsageError('To reach Redis a client library is needed, and there is none: npm install ioredis (or redis).')
}

async function withIoredis(): Promise<RedisLibrary | undefined> {
  const ioredis = await unlessMissing(import('ioredis'))
  if (ioredis === undefined) return undefined
  // Never connected: they are patterns for the connections of the store.
  const client = ({ url, keyPrefix }: RedisPlace, isCluster: boolean) => {
    if (!isCluster) return new ioredis.Redis(url.href, { lazyConnect: true, keyPrefix, enableReadyCheck: false })
    const { username, password } = credentials(url)
    const tls = url.protocol === 'rediss:' ? { tls: {} } : {}
    const redisOptions = { ...(username && { username }), ...(password && { password }), ...tls }
    return new ioredis.Cluster([{ host: host(url), port: port(url) }], { lazyConnect: true, keyPrefix, redisOptions })
  }
  return {
    name: 'ioredis',
    pattern: (place, isCluster) => ioredisPattern(client(place, isCluster)),
    store: (place, isCluster) => redisStore({ client: client(place, isCluster) }),
  }
}

async function withNodeRedis(): Promise<RedisLibrary | undefined> {
  const redis = await unlessMissing(import('redis'))
  if (redis === undefined) return undefined
  const client = ({ url, keyPrefix }: RedisPlace, isCluster: boolean) => {
    const prefix = keyPrefix === '' ? {} : { keyPrefix }
    if (!isCluster) return redis.createClient({ url: url.href, ...prefix })
    const { username, password } = credentials(url)
    const socket = url.protocol === 'rediss:' ? { socket: { tls: true as const } } : {}
    const defaults = { ...(username && { username }), ...(password && { password }), ...socket }
    return redis.createCluster({ rootNodes: [{ url: url.href }], defaults, ...prefix })
  }
  const given = (place: RedisPlace, isCluster: boolean) =>
    client(place, isCluster) as RedisStoreOptions['client'] & Parameters<typeof nodeRedisPattern>[0]
  return {
    name: 'redis',
    pattern: (place, isCluster) => nodeRedisPattern(given(place, isCluster)),
    store: (place, isCluster) => redisStore({ client: given(place, isCluster) }),
  }
}

async function unlessMissing<Module>(imported: Promise<Module>): Promise<Module | undefined> {
  try {
    return await imported
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function credentials({ username, password }: URL): { username: string; password: string } {
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

function host({ hostname }: URL): string {
  return hostname.replaceAll(/^\[|\]$/g, '')
}

function port({ port: given }: URL): number {
  return given === '' ? 6379 : Number(given)
}
