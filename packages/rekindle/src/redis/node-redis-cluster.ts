import { checkNode } from './check-node.ts'
import type { CommandLink, OnLost } from './link.ts'
import { messageLink, type NodeRedisConnection, ours, ourSocket } from './node-redis-connection.ts'

/** The part of node-redis 6's cluster client that is used of those made by its `duplicate`. */
interface NodeRedisCluster {
  readonly _options: { readonly defaults?: { readonly socket?: object } }
  readonly masters: readonly ClusterNode[]
  duplicate(overrides: object): NodeRedisCluster
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  sendCommand(key: string, isReadonly: false, args: readonly string[]): Promise<unknown>
  getNodeClientForKey(key: string): Promise<NodeRedisConnection>
  destroy(): void
}

interface ClusterNode {
  /** Made anew when it is missing. */
  client?: NodeRedisConnection | undefined
}

/** Of a node that is known already. */
const reconnectAfterMs = 200

/** For connections that are out of reach here, as those that ask for the slots. The others are asked something every second. */
const silentMs = 2_500

/**
 * A client of its own for a whole cluster. It finds its way by itself as long as one node is there; nodes that have fallen
 * silent are cut off here, so that what they would have answered is not waited for.
 */
export function nodeRedisCluster(pattern: object, onLost: OnLost): CommandLink {
  const cluster = clusterLike(pattern as NodeRedisCluster)
  cluster.on('error', () => {})
  cluster.on('node-error', () => {})
  cluster.on('node-connect', () => cluster.masters.forEach((node) => node.client?.unref()))
  /** Those that were not connected when last looked at. */
  let unready: ReadonlySet<NodeRedisConnection> = new Set()
  const cutOff = (node: ClusterNode, client: NodeRedisConnection) => {
    if (node.client === client) node.client = undefined
    client.destroy()
  }
  return {
    async connect() {
      await cluster.connect()
    },
    send(args, key) {
      return cluster.sendCommand(key, false, args)
    },
    async check() {
      const silent = unready
      const stillUnready = new Set<NodeRedisConnection>()
      const checkOne = async (node: ClusterNode) => {
        const { client } = node
        if (client === undefined) return
        if (client.isReady)
          return checkNode(
            (token) => client.sendCommand(['PING', token]),
            () => cutOff(node, client),
          )
        if (silent.has(client)) cutOff(node, client)
        else stillUnready.add(client)
      }
      const nodes = [...cluster.masters]
      await Promise.all(nodes.map(checkOne))
      unready = stillUnready
      if (nodes.every(({ client }) => client?.isReady !== true)) onLost(new Error('No node of the Redis cluster is reachable.'))
    },
    async messages(channels, onMessage, lost) {
      return messageLink(await cluster.getNodeClientForKey(channels[0] ?? ''), 'sSubscribe', channels, onMessage, lost)
    },
    destroy() {
      cluster.destroy()
    },
  }
}

function clusterLike(pattern: NodeRedisCluster): NodeRedisCluster {
  const { defaults } = pattern._options
  const { keyPrefix: _prefix, commandOptions: _options, clientSideCache: _cache, readonly: _readonly, ...nodeSettings } = ours
  const socket = { ...defaults?.socket, ...ourSocket, socketTimeout: silentMs, reconnectStrategy: reconnectAfterMs }
  return pattern.duplicate({
    keyPrefix: undefined,
    commandOptions: { timeout: undefined },
    clientSideCache: undefined,
    useReplicas: false,
    // Connecting does not wait for nodes that are down.
    minimizeConnections: true,
    maxCommandRedirections: 4,
    defaults: { ...defaults, ...nodeSettings, commandOptions: undefined, socket },
  })
}
