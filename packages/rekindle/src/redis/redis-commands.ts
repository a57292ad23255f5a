/** A Lua script with the SHA-1 by which a server knows it. */
export interface RedisScript {
  readonly lua: string
  readonly sha1: string
}

/** What the store asks of a Redis client, whichever it is. */
export interface RedisCommands {
  /** Values of several keys, read at one instant. */
  mget(keys: readonly string[]): Promise<readonly (string | null)[]>
  /** Sets both, in this order, to expire after `ttlMs`. */
  setBoth(entries: readonly (readonly [key: string, value: string])[], ttlMs: number): Promise<void>
  del(key: string): Promise<void>
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown>
}
