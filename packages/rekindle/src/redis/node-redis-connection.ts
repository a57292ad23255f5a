import { connectTimeoutMs, type Link, type OnLost, type OnMessage } from './link.ts'

/** The part that is used of the clients made by the `duplicate` of one from `createClient`. */
export interface NodeRedisConnection {
  readonly isReady: boolean
  readonly options: { readonly socket?: object }
  duplicate(overrides: object): NodeRedisConnection
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: readonly string[]): Promise<unknown>
  subscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>
  sSubscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>
  unref(): void
  destroy(): void
}

/** What the application has set for its own purposes, or for a client that looks after itself. */
export const ours: Readonly<Record<string, unknown>> = {
  keyPrefix: undefined,
  commandOptions: { timeout: undefined },
  clientSideCache: undefined,
  emitInvalidate: false,
  pingInterval: undefined,
  readonly: false,
  disableOfflineQueue: true,
  commandsQueueMaxLength: undefined,
}

export const ourSocket: Readonly<Record<string, unknown>> = { connectTimeout: connectTimeoutMs, socketTimeout: undefined }

/** One that connects once and never keeps the process from exiting. */
export function connectionLike(client: NodeRedisConnection, onLost: OnLost): NodeRedisConnection {
  const socket = { ...client.options.socket, ...ourSocket, reconnectStrategy: false }
  const connection = client.duplicate({ ...ours, socket })
  connection.on('error', onLost)
  connection.unref()
  return connection
}

/** Listens to `channels`: of the server, or (`sSubscribe`) sharded ones of a cluster's node that has them. */
export function messageLink(
  single: NodeRedisConnection,
  subscribe: 'subscribe' | 'sSubscribe',
  channels: readonly string[],
  onMessage: OnMessage,
  onLost: OnLost,
): Link {
  const client = connectionLike(single, onLost)
  // The slot has moved to another node.
  client.on('sharded-channel-moved', () => onLost(new Error('The channel has moved to another node.')))
  return {
    async connect() {
      await client.connect()
      await client[subscribe]([...channels], (message, channel) => onMessage(channel, message))
    },
    async check() {
      await client.sendCommand(['PING'])
    },
    destroy() {
      client.destroy()
    },
  }
}
