import { dayMs } from '../config/config-store.ts'
import { InvalidOptionsError, shown } from '../errors.ts'
import { type IoredisClient, ioredisPattern } from './ioredis-pattern.ts'
import type { RedisPattern } from './link.ts'
import { type NodeRedisClient, nodeRedisPattern } from './node-redis-pattern.ts'
import { RedisCommands } from './redis-commands.ts'
import { RedisConnection } from './redis-connection.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { sharing } from '../store/sharing.ts'

/** The options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * A client that knows where Redis or Valkey is and how to get in: ioredis (`Redis`, with Sentinels too, or `Cluster`) or
   * node-redis (from `createClient`, `createSentinel` or `createCluster`). It stays the application's: it is not used, not
   * reconfigured and not closed, and need not be connected. The store opens two connections like it (address, TLS,
   * credentials, database, key prefix), one for commands and one for messages, and closes them with the agent cache.
   */
  readonly client: IoredisClient | NodeRedisClient
}

/**
 * The config tier in Redis or Valkey, for workers on many machines.
 *
 * Throws {@link InvalidOptionsError} for what is no client of ioredis or node-redis.
 */
export function redisStore({ client }: RedisStoreOptions): ConfigStore {
  const pattern = patternOf(client)
  let users = 0
  let commands: RedisCommands | undefined
  return {
    name: 'redis',
    connect(namespace, { retentionMs = dayMs } = {}) {
      users++
      commands ??= new RedisCommands(pattern)
      const shared = commands
      const release = () => {
        if (--users > 0) return
        shared.close()
        commands = undefined
      }
      return new RedisConnection(shared, namespace, retentionMs, release)
    },
    sharing,
  }
}

function patternOf(client: IoredisClient | NodeRedisClient): RedisPattern {
  if (isObject(client) && typeof client.duplicate === 'function') {
    if ('isCluster' in client && 'status' in client) return ioredisPattern(client)
    if ('isOpen' in client && 'isReady' in client) return nodeRedisPattern(client)
  }
  const expected = 'a client of ioredis (Redis, Cluster) or of node-redis (createClient, createSentinel, createCluster)'
  throw new InvalidOptionsError('client', `client must be ${expected}; got ${shown(client)}.`)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
