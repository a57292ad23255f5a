import type { RedisCommands } from './redis-commands.ts'

/** The part of an ioredis 6 client that the store calls. */
export interface IoredisClient {
  readonly status: string
  mget(keys: string[]): Promise<(string | null)[]>
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>
  del(key: string): Promise<unknown>
  eval(lua: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
  evalsha(sha1: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
}

/** In these states ioredis puts commands into a queue until it is connected again, which may be never. */
const offline: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end'])

export function ioredisCommands(client: IoredisClient): RedisCommands {
  const assertOnline = () => {
    if (offline.has(client.status)) throw new Error(`Not connected to Redis (the client's status is "${client.status}").`)
  }
  return {
    mget(keys) {
      assertOnline()
      return client.mget([...keys])
    },
    async setBoth(entries, ttlMs) {
      assertOnline()
      await Promise.all(entries.map(([key, value]) => client.set(key, value, 'PX', ttlMs)))
    },
    async del(key) {
      assertOnline()
      await client.del(key)
    },
    async run({ lua, sha1 }, keys, args) {
      assertOnline()
      try {
        return await client.evalsha(sha1, keys.length, ...keys, ...args)
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
        return client.eval(lua, keys.length, ...keys, ...args)
      }
    },
  }
}
