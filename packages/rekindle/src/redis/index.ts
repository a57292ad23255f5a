/** `rekindle/redis`: the config tier in Redis or Valkey, for workers on many machines. */

export type { IoredisClient } from './ioredis-pattern.ts'
export type { NodeRedisClient } from './node-redis-pattern.ts'
export { redisStore } from './redis-store.ts'
export type { RedisStoreOptions } from './redis-store.ts'
