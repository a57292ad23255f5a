/** A Lua script with the SHA-1 by which a server knows it. */
export interface RedisScript {
  readonly lua: string
  readonly sha1: string
}

/** What the store asks of a Redis client, whichever it is. */
export interface RedisCommands {
  /** Another number whenever commands may go to another server than before, or to one that has been restarted. */
  readonly generation: number
  /** Keys lie on several servers, and which one has a key may change from one command to the next. */
  readonly isCluster: boolean
  /** Values of several keys, each read after this call. */
  mget(keys: readonly string[]): Promise<readonly (string | null)[]>
  /** Sets both, in this order, to expire after `ttlMs`. */
  setBoth(entries: readonly (readonly [key: string, value: string])[], ttlMs: number): Promise<void>
  del(key: string): Promise<void>
  /** To a channel named like a key: the client's prefix is put before it, here as in {@link subscribe}. */
  publish(channel: string, message: string): Promise<void>
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown>
  /** A connection of our own for messages. It keeps itself connected until it is closed. */
  subscribe(channels: readonly string[], subscriber: RedisSubscriber): () => void
}

export interface RedisSubscriber {
  onMessage(channel: string, message: string): void
  /** Subscribed, again or for the first time. */
  onSubscribed(): void
}
