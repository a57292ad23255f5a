import type { RedisSubscriber } from './redis-commands.ts'

/** The part of an ioredis 6 client that listens. */
export interface IoredisSubscriber {
  readonly stream?: { unref(): unknown }
  on(event: 'error' | 'close' | 'sunsubscribe', listener: () => void): unknown
  on(event: 'message' | 'smessage', listener: (channel: string, message: string) => void): unknown
  connect(): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  ssubscribe(...channels: string[]): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

export interface SubscriptionSource {
  /** A new client, not yet connected, for the server that has `channel`. */
  readonly connect: (channel: string) => Promise<IoredisSubscriber>
  readonly sharded: boolean
}

const firstPauseMs = 50
const longestPauseMs = 2_000
/** A connection that has died without a word is noticed by this. */
const pingEveryMs = 5_000

/**
 * Listens to `channels`, which share a slot, over a connection of its own. When that is lost, a new one is made, after a pause
 * that grows while it fails. Until the returned function is called; nothing here keeps the process from exiting.
 */
export function subscribeWith(source: SubscriptionSource, channels: readonly string[], subscriber: RedisSubscriber): () => void {
  let closed = false
  let current: IoredisSubscriber | undefined
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs

  const later = (ms: number, call: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(call, ms)
    timer.unref()
  }

  const lost = (client: IoredisSubscriber | undefined) => {
    client?.disconnect()
    // What a connection that has been given up already says is no news.
    if (closed || client !== current) return
    current = undefined
    later(pauseMs * (0.5 + Math.random()), () => void open())
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }

  const open = async (): Promise<void> => {
    let client: IoredisSubscriber | undefined
    try {
      client = await source.connect(channels[0] ?? '')
      if (closed) return client.disconnect()
      current = client
      await start(client)
    } catch {
      lost(client)
    }
  }

  const start = async (client: IoredisSubscriber): Promise<void> => {
    client.on('error', () => lost(client))
    client.on('close', () => lost(client))
    // The slot has moved to another node.
    client.on('sunsubscribe', () => lost(client))
    client.on(source.sharded ? 'smessage' : 'message', (channel, message) => {
      if (!closed && client === current) subscriber.onMessage(channel, message)
    })
    // However it fails, silence included.
    later(pingEveryMs, () => lost(client))
    await client.connect()
    client.stream?.unref()
    await (source.sharded ? client.ssubscribe(...channels) : client.subscribe(...channels))
    if (closed || client !== current) return
    pauseMs = firstPauseMs
    subscriber.onSubscribed()
    later(pingEveryMs, () => void check(client))
  }

  const check = async (client: IoredisSubscriber): Promise<void> => {
    later(pingEveryMs, () => lost(client))
    try {
      await client.ping()
      if (!closed && client === current) later(pingEveryMs, () => void check(client))
    } catch {
      lost(client)
    }
  }

  void open()
  return () => {
    closed = true
    clearTimeout(timer)
    current?.disconnect()
    current = undefined
  }
}
