import type { ConfigStore } from '../config/config-store.ts'
import { type IoredisClient, ioredisCommands } from './ioredis-commands.ts'
import { RedisConnection } from './redis-connection.ts'

export interface RedisStoreOptions {
  /** An ioredis client. It stays the application's: it is neither reconfigured nor closed, and its `keyPrefix` is respected. */
  readonly client: IoredisClient
}

/** The config tier in Redis or Valkey, for workers on many machines. */
export function redisStore({ client }: RedisStoreOptions): ConfigStore {
  const commands = ioredisCommands(client)
  return { name: 'redis', connect: (namespace) => new RedisConnection(commands, namespace) }
}
