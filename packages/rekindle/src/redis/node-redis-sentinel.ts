import { textOf } from '../errors.ts'
import { type CommandLink, type Link, type OnLost, type OnMessage, sentinelTimeoutMs } from './link.ts'
import { ours as single, ourSocket } from './node-redis-connection.ts'

/** The part of node-redis 6's sentinel client that is used of those made by its `duplicate`. */
interface NodeRedisSentinel {
  readonly isReady: boolean
  duplicate(overrides: object): NodeRedisSentinel
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  sendCommand(isReadonly: false, args: readonly string[]): Promise<unknown>
  subscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>
  destroy(): Promise<void>
}

/** One connection to the master, and no waiting for another. How to get in is the application's. */
const ours = {
  keyPrefix: undefined,
  commandOptions: { timeout: undefined },
  clientSideCache: undefined,
  masterPoolSize: 1,
  replicaPoolSize: 0,
  reserveClient: true,
  maxCommandRediscovers: 0,
  passthroughClientErrorEvents: false,
}

const nodeSettings = { ...single, commandOptions: undefined }

/** A client of its own that has asked the Sentinels where the master is. It is given up when that may have changed. */
export function nodeRedisSentinel(pattern: object, onLost: OnLost): CommandLink {
  const sentinel = sentinelLike(pattern, onLost)
  return {
    async connect() {
      await sentinel.connect()
    },
    async send(args) {
      if (!sentinel.isReady) throw new Error('The Redis master is not known at the moment.')
      return sentinel.sendCommand(false, args)
    },
    async check() {
      const token = crypto.randomUUID()
      // Another reply is that to another command.
      if ((await sentinel.sendCommand(false, ['PING', token])) !== token) throw new Error('Redis answers out of step.')
    },
    async messages(channels, onMessage, lost) {
      return messageLink(pattern, channels, onMessage, lost)
    },
    destroy() {
      void sentinel.destroy().catch(() => {})
    },
  }
}

function messageLink(pattern: object, channels: readonly string[], onMessage: OnMessage, onLost: OnLost): Link {
  const sentinel = sentinelLike(pattern, onLost)
  return {
    async connect() {
      await sentinel.connect()
      await sentinel.subscribe([...channels], (message, channel) => onMessage(channel, message))
    },
    async check() {
      await sentinel.sendCommand(false, ['PING'])
    },
    destroy() {
      void sentinel.destroy().catch(() => {})
    },
  }
}

function sentinelLike(pattern: object, onLost: OnLost): NodeRedisSentinel {
  const sentinel = (pattern as NodeRedisSentinel).duplicate({ ...ours, ...clientOptions(pattern as NodeRedisSentinel) })
  // While it connects, this is about one Sentinel of several; connecting fails if none was of use.
  sentinel.on('error', (error: unknown) => {
    if (sentinel.isReady) onLost(error instanceof Error ? error : new Error(textOf(error)))
  })
  sentinel.on('client-error', ({ type, error }: { type: string; error: Error }) => {
    if (type !== 'SENTINEL' && type !== 'REPLICA') onLost(error)
  })
  sentinel.on('reconnecting', () => onLost(new Error('The Redis master has changed.')))
  return sentinel
}

interface SentinelOptions {
  readonly nodeClientOptions?: { readonly socket?: object }
  readonly sentinelClientOptions?: { readonly socket?: object }
}

/** How servers and Sentinels are reached: as the application reaches them, but once, and without waiting for those that hang. */
function clientOptions(pattern: NodeRedisSentinel): object {
  const given = optionsOf(pattern)
  if (given === undefined) return {}
  const { nodeClientOptions: node, sentinelClientOptions: own } = given
  const toNode = { ...node?.socket, ...ourSocket, reconnectStrategy: false }
  const toSentinel = { ...own?.socket, connectTimeout: sentinelTimeoutMs, socketTimeout: sentinelTimeoutMs }
  return {
    nodeClientOptions: { ...node, ...nodeSettings, socket: toNode },
    // The time-out is for silence; what listens there is kept from being silent.
    sentinelClientOptions: { ...own, ...nodeSettings, pingInterval: sentinelTimeoutMs / 2, socket: toSentinel },
  }
}

/**
 * The options are private to the client, and to override a part of them takes the rest. But `duplicate` hands them to the constructor
 * of its prototype: this one only looks. `undefined` should a later version do that otherwise.
 */
function optionsOf(pattern: NodeRedisSentinel): SentinelOptions | undefined {
  let given: SentinelOptions | undefined
  class Looker {
    constructor(options: SentinelOptions) {
      given = options
    }
  }
  const prototype = Object.create(pattern, { constructor: { value: Looker } }) as NodeRedisSentinel
  try {
    ;(Object.create(prototype) as NodeRedisSentinel).duplicate({})
  } catch {
    return undefined
  }
  return given
}
