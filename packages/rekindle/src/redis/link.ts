/** A connection to Redis (or to all nodes of a cluster) of our own. It connects once; when it is lost, another one is made. */
export interface Link {
  /** Resolves when it can be used. */
  connect(): Promise<void>
  /** Rejects, or does not settle, if it is no longer of use. */
  check(): Promise<void>
  /** Gives it up. What waits for a reply is rejected. */
  destroy(): void
}

/** Told, once or more often, when a link is lost that nobody has destroyed. */
export type OnLost = (error: Error) => void

export interface CommandLink extends Link {
  /** Sends a command to the server, or to the node of a cluster that has `key`. Rejects at once if it is not connected. */
  send(args: readonly [command: string, ...args: string[]], key: string): Promise<unknown>
  /** What `work` sends goes out in one call to the system. Absent where it does so anyway. */
  together?<Result>(work: () => Result): Result
  /** A link that listens to `channels`, which share a slot, as soon as it is connected. */
  messages(channels: readonly string[], onMessage: OnMessage, onLost: OnLost): Promise<Link>
}

export type OnMessage = (channel: string, message: string) => void

/** A client of the application's, as a pattern for links of our own: where Redis is, and how to get in. */
export interface RedisPattern {
  /** Keys lie on several servers, and which one has a key may change from one command to the next. */
  readonly isCluster: boolean
  /** To be put before all keys and channels. */
  readonly keyPrefix: string
  /** A new link, not yet connected. */
  open(onLost: OnLost): CommandLink
}

/** How long connecting may take, the handshake included. */
export const connectTimeoutMs = 2_000

/** And how much of that a Sentinel may take to say where the master is: there are others to ask. */
export const sentinelTimeoutMs = 500
