import { ioredisCluster } from './ioredis-cluster.ts'
import { destroy, type IoredisConnection, messageLink, ours, watched } from './ioredis-connection.ts'
import type { CommandLink, OnLost, RedisPattern } from './link.ts'

/** The part of an ioredis 6 client that is looked at, be it `Redis` (to a server, or by way of Sentinels) or `Cluster`. */
export interface IoredisClient {
  readonly status: string
  readonly isCluster: boolean
  readonly options: { readonly keyPrefix?: string | undefined }
  duplicate(...args: never[]): unknown
}

export function ioredisPattern(client: IoredisClient): RedisPattern {
  const keyPrefix = client.options.keyPrefix ?? ''
  if (client.isCluster) return { isCluster: true, keyPrefix, open: (onLost) => ioredisCluster(client, onLost) }
  const single = client as unknown as IoredisConnection
  return { isCluster: false, keyPrefix, open: (onLost) => commandLink(single, onLost) }
}

function commandLink(single: IoredisConnection, onLost: OnLost): CommandLink {
  const client = watched(single.duplicate(ours), onLost)
  return {
    async connect() {
      await client.connect()
    },
    send([command, ...args]) {
      return client.call(command, args)
    },
    together(work) {
      const { stream } = client
      stream?.cork()
      try {
        return work()
      } finally {
        stream?.uncork()
      }
    },
    async check() {
      const token = crypto.randomUUID()
      // Another reply is that to another command.
      if ((await client.call('PING', [token])) !== token) throw new Error('Redis answers out of step.')
    },
    async messages(channels, onMessage, lost) {
      return messageLink(single.duplicate(ours), 'subscribe', channels, onMessage, lost)
    },
    destroy() {
      destroy(client)
    },
  }
}
