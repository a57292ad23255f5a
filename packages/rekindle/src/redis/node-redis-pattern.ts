import type { CommandLink, OnLost, RedisPattern } from './link.ts'
import { nodeRedisCluster } from './node-redis-cluster.ts'
import { connectionLike, messageLink, type NodeRedisConnection } from './node-redis-connection.ts'
import { nodeRedisSentinel } from './node-redis-sentinel.ts'

/** The part of a node-redis 6 client that is looked at, be it from `createClient`, `createCluster` or `createSentinel`. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  readonly _keyPrefix: string | Buffer | undefined
  duplicate(overrides?: never): unknown
}

export function nodeRedisPattern(client: NodeRedisClient): RedisPattern {
  const keyPrefix = client._keyPrefix?.toString() ?? ''
  if ('getSlotMaster' in client) return { isCluster: true, keyPrefix, open: (onLost) => nodeRedisCluster(client, onLost) }
  if ('getMasterNode' in client) return { isCluster: false, keyPrefix, open: (onLost) => nodeRedisSentinel(client, onLost) }
  const single = client as unknown as NodeRedisConnection
  return { isCluster: false, keyPrefix, open: (onLost) => commandLink(single, onLost) }
}

function commandLink(single: NodeRedisConnection, onLost: OnLost): CommandLink {
  const client = connectionLike(single, onLost)
  return {
    async connect() {
      await client.connect()
    },
    send(args) {
      return client.sendCommand(args)
    },
    async check() {
      const token = crypto.randomUUID()
      // Another reply is that to another command.
      if ((await client.sendCommand(['PING', token])) !== token) throw new Error('Redis answers out of step.')
    },
    async messages(channels, onMessage, lost) {
      return messageLink(single, 'subscribe', channels, onMessage, lost)
    },
    destroy() {
      client.destroy()
    },
  }
}
