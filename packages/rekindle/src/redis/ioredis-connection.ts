import { connectTimeoutMs, type Link, type OnLost, type OnMessage, sentinelTimeoutMs } from './link.ts'

/** The part of `Redis` that is used of the clients made by its `duplicate`. */
export interface IoredisConnection {
  readonly status: string
  readonly options: { readonly host?: string; readonly port?: number }
  readonly stream?: { unref(): unknown; destroy(): unknown; cork(): void; uncork(): void }
  duplicate(options: object): IoredisConnection
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  call(command: string, args: readonly string[]): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  ssubscribe(...channels: string[]): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

/** What the application has set for its own purposes, or for a client that looks after itself. */
export const ours: Readonly<Record<string, unknown>> = {
  keyPrefix: '',
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  reconnectOnError: null,
  maxRetriesPerRequest: 0,
  maxLoadingRetryTime: 100,
  connectTimeout: connectTimeoutMs,
  disconnectTimeout: 100,
  commandTimeout: undefined,
  // A Sentinel that says nothing is left for the next.
  sentinelCommandTimeout: sentinelTimeoutMs,
  role: 'master',
  socketTimeout: undefined,
  stringNumbers: false,
  readOnly: false,
  monitor: false,
  himportFieldsets: undefined,
}

/** Such a client emits errors and ends; it never keeps the process from exiting. */
export function watched(client: IoredisConnection, onLost: OnLost): IoredisConnection {
  let latest: Error | undefined
  client.on('error', (error: Error) => (latest = error))
  client.on('connect', () => client.stream?.unref())
  client.on('end', () => onLost(latest ?? new Error('The connection was closed.')))
  return client
}

/** At once: `disconnect` alone takes its leave of the server, and waits to be let go, even where nothing is connected. */
export function destroy(client: IoredisConnection): void {
  if (client.status === 'end') return
  client.disconnect()
  client.stream?.destroy()
}

/** Listens to `channels`: of the server, or (`ssubscribe`) sharded ones of a cluster's node that has them. */
export function messageLink(
  connection: IoredisConnection,
  subscribe: 'subscribe' | 'ssubscribe',
  channels: readonly string[],
  onMessage: OnMessage,
  onLost: OnLost,
): Link {
  const client = watched(connection, onLost)
  client.on(subscribe === 'subscribe' ? 'message' : 'smessage', onMessage)
  // The slot has moved to another node.
  client.on('sunsubscribe', () => onLost(new Error('The channel has moved to another node.')))
  return {
    async connect() {
      await client.connect()
      await client[subscribe](...channels)
    },
    async check() {
      await client.ping()
    },
    destroy() {
      destroy(client)
    },
  }
}
