import { inspect } from 'node:util'
import { InvalidOptionsError } from '../errors.ts'
import { type IoredisSubscriber, subscribeWith } from './ioredis-subscription.ts'
import type { RedisCommands } from './redis-commands.ts'

/** The part of an ioredis 6 client that the store uses, be it `Redis` or `Cluster`. */
export interface IoredisClient {
  readonly status: string
  readonly isCluster: boolean
  readonly options: { readonly keyPrefix?: string | undefined; readonly scaleReads?: unknown }
  on(event: string, listener: () => void): unknown
  get(key: string): Promise<string | null>
  mget(keys: string[]): Promise<(string | null)[]>
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>
  del(key: string): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  spublish(channel: string, message: string): Promise<unknown>
  eval(lua: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
  evalsha(sha1: string, keyCount: number, ...keysAndArgs: string[]): Promise<unknown>
}

/** What only one of the two can do; asked for after looking at `isCluster`. */
interface SingleServer {
  duplicate(options: object): IoredisSubscriber
}
interface Cluster {
  cluster(subcommand: 'KEYSLOT', key: string): Promise<number>
  readonly slots: readonly (readonly string[] | undefined)[]
  nodes(role: 'master'): readonly (SingleServer & { readonly options: { readonly host?: string; readonly port?: number } })[]
  refreshSlotsCache(done: () => void): void
}

/** In these states ioredis puts commands into a queue until it is connected again, which may be never. */
const offline: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end'])

/** Each of them may mean that another server, or the same one restarted, answers from now on. */
const turningPoints = { server: ['close'], cluster: ['close', '+node', '-node', 'refresh'] } as const

/** One per client: however many stores share it, it gets the same few listeners. */
const known = new WeakMap<IoredisClient, RedisCommands>()

/** Throws {@link InvalidOptionsError} for a client that reads from replicas: what those say may be old already. */
export function ioredisCommands(client: IoredisClient): RedisCommands {
  const { scaleReads = 'master' } = client.options
  if (client.isCluster && scaleReads !== 'master') {
    throw new InvalidOptionsError(
      'client',
      `A Redis cluster must be read from its masters (scaleReads: 'master'); got ${inspect(scaleReads)}.`,
    )
  }
  const commands = known.get(client) ?? commandsOf(client)
  known.set(client, commands)
  return commands
}

function commandsOf(client: IoredisClient): RedisCommands {
  const { isCluster } = client
  const keyPrefix = client.options.keyPrefix ?? ''
  let generation = 0
  for (const event of isCluster ? turningPoints.cluster : turningPoints.server) client.on(event, () => generation++)

  const assertOnline = () => {
    if (offline.has(client.status)) throw new Error(`Not connected to Redis (the client's status is "${client.status}").`)
  }
  const connect = (channel: string): Promise<IoredisSubscriber> =>
    isCluster ? ownerOf(channel, client as unknown as Cluster) : Promise.resolve(duplicate(client as unknown as SingleServer))

  return {
    get generation() {
      return generation
    },
    isCluster,
    mget(keys) {
      assertOnline()
      // Keys of a cluster lie in many slots; the client sends those of one node in one go.
      return isCluster ? Promise.all(keys.map((key) => client.get(key))) : client.mget([...keys])
    },
    async setBoth(entries, ttlMs) {
      assertOnline()
      await Promise.all(entries.map(([key, value]) => client.set(key, value, 'PX', ttlMs)))
    },
    async del(key) {
      assertOnline()
      await client.del(key)
    },
    async publish(channel, message) {
      assertOnline()
      // To ioredis the channel of the one is a key, and that of the other is not.
      await (isCluster ? client.spublish(channel, message) : client.publish(keyPrefix + channel, message))
    },
    async run({ lua, sha1 }, keys, args) {
      assertOnline()
      try {
        return await client.evalsha(sha1, keys.length, ...keys, ...args)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        // It has become a replica although the connection has stayed.
        if (error.message.includes('READONLY')) generation++
        if (!error.message.startsWith('NOSCRIPT')) throw error
        return client.eval(lua, keys.length, ...keys, ...args)
      }
    },
    subscribe(channels, subscriber) {
      const prefixed = channels.map((channel) => keyPrefix + channel)
      return subscribeWith({ connect, sharded: isCluster }, prefixed, {
        onSubscribed: () => subscriber.onSubscribed(),
        onMessage: (channel, message) => subscriber.onMessage(channel.slice(keyPrefix.length), message),
      })
    },
  }
}

/** The same server and credentials, but for messages: no prefix before channels, nothing queued, no retry of its own. */
function duplicate(client: SingleServer): IoredisSubscriber {
  return client.duplicate({
    keyPrefix: '',
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    retryStrategy: () => null,
    reconnectOnError: null,
  })
}

/** Messages of a sharded channel are on the node that has its slot. */
async function ownerOf(channel: string, cluster: Cluster): Promise<IoredisSubscriber> {
  await new Promise<void>((resolve) => cluster.refreshSlotsCache(() => resolve()))
  const slot = await cluster.cluster('KEYSLOT', channel)
  const address = cluster.slots[slot]?.[0]
  const node = cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === address)
  if (node === undefined) throw new Error(`No node of the Redis cluster has slot ${slot} at the moment.`)
  return duplicate(node)
}
