import { destroy, type IoredisConnection, messageLink, ours } from './ioredis-connection.ts'
import type { CommandLink, OnLost } from './link.ts'
import { checkNode } from './check-node.ts'

/** The part of ioredis 6's `Cluster` that is used of the clients made by its `duplicate`. */
interface IoredisCluster extends Pick<IoredisConnection, 'on' | 'connect' | 'call' | 'disconnect'> {
  duplicate(nodes: readonly never[], options: object): IoredisCluster
  readonly slots: readonly (readonly string[] | undefined)[]
  nodes(role: 'all' | 'master'): readonly IoredisConnection[]
}

/** What the nodes together may take to connect. */
const connectingMs = 300

/** Failed commands fail: what goes on here is nothing that a request should wait for. */
const clusterSettings = {
  keyPrefix: '',
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  scaleReads: 'master',
  shardedSubscribers: false,
  clusterRetryStrategy: null,
  clusterNodeRetryStrategy: null,
  maxRedirections: 4,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  retryDelayOnTryAgain: 20,
  slotsRefreshTimeout: 1_000,
  himportFieldsets: undefined,
}

/**
 * A client of its own for a whole cluster. It finds its way by itself as long as one node is there; nodes that have fallen
 * silent are cut off here, so that what they would have answered is not waited for.
 */
export function ioredisCluster(pattern: object, onLost: OnLost): CommandLink {
  const { keyPrefix: _prefix, enableOfflineQueue: _queue, retryStrategy: _retry, lazyConnect: _lazy, ...nodeSettings } = ours
  const redisOptions = { ...nodeSettings, keyPrefix: '' }
  const cluster = (pattern as IoredisCluster).duplicate([], { ...clusterSettings, redisOptions })
  cluster.on('error', () => {})
  cluster.on('+node', (node: IoredisConnection) => node.on('connect', () => node.stream?.unref()))
  cluster.on('end', () => onLost(new Error('No node of the Redis cluster is reachable.')))
  return {
    async connect() {
      await cluster.connect()
      // The nodes connect when first needed, and refuse all but the first command until they have. Who hangs is not waited for.
      await Promise.all(cluster.nodes('master').map((node) => check(node, connectingMs)))
    },
    send([command, ...args]) {
      return cluster.call(command, args)
    },
    async check() {
      const nodes = cluster.nodes('master').filter(({ status }) => status === 'ready')
      await Promise.all(
        nodes.map((node) =>
          checkNode(
            (token) => node.call('PING', [token]),
            () => node.disconnect(),
          ),
        ),
      )
    },
    async messages(channels, onMessage, lost) {
      const node = await ownerOf(channels[0] ?? '', cluster)
      return messageLink(node.duplicate(ours), 'ssubscribe', channels, onMessage, lost)
    },
    destroy() {
      const nodes = cluster.nodes('all')
      cluster.disconnect()
      for (const node of nodes) destroy(node)
    },
  }
}

function check(node: IoredisConnection, withinMs?: number): Promise<void> {
  const ping = (token: string) => node.call('PING', [token])
  return checkNode(ping, () => destroy(node), withinMs)
}

/** Messages of a sharded channel are on the node that has its slot. */
async function ownerOf(channel: string, cluster: IoredisCluster): Promise<IoredisConnection> {
  const slot = Number(await cluster.call('CLUSTER', ['KEYSLOT', channel]))
  const address = cluster.slots[slot]?.[0]
  const node = cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === address)
  if (node === undefined) throw new Error(`No node of the Redis cluster has slot ${slot} at the moment.`)
  return node
}
