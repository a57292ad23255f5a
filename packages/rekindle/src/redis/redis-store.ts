import { type ConfigStore, dayMs } from '../config/config-store.ts'
import { type IoredisClient, ioredisCommands } from './ioredis-commands.ts'
import { RedisConnection } from './redis-connection.ts'

export interface RedisStoreOptions {
  /**
   * An ioredis client, `Redis` or `Cluster`. It stays the application's: it is neither reconfigured nor closed, and its
   * `keyPrefix` is respected. For messages the store opens one more connection like it, which it closes itself.
   */
  readonly client: IoredisClient
}

/** The config tier in Redis or Valkey, for workers on many machines. */
export function redisStore({ client }: RedisStoreOptions): ConfigStore {
  const commands = ioredisCommands(client)
  return {
    name: 'redis',
    connect: (namespace, { retentionMs = dayMs } = {}) => new RedisConnection(commands, namespace, retentionMs),
  }
}
