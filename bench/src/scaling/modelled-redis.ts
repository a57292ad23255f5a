import { sharing } from 'rekindle/store'
import type { CommandLink, Link, OnLost, RedisPattern } from '../../../packages/rekindle/src/redis/link.ts'
import { RedisCommands } from '../../../packages/rekindle/src/redis/redis-commands.ts'
import { RedisConnection } from '../../../packages/rekindle/src/redis/redis-connection.ts'
import type { Store } from './agent-worker.ts'
import { Keyspace } from './keyspace.ts'
import type { Weights } from './client.ts'
import { NodeConnection, type NetworkOptions } from './node-connection.ts'
import type { RedisCosts } from './redis-costs.ts'
import { RedisNode } from './redis-node.ts'

export interface ModelledRedisOptions extends NetworkOptions {
  readonly costs: RedisCosts
  /** Of a cluster; 0: one server, and no cluster. */
  readonly shards: number
}

/** A Redis, or a cluster of them, that is not there: the library's own store sends its commands to a model of the servers. */
export class ModelledRedis {
  readonly nodes: readonly RedisNode[]
  readonly #options: ModelledRedisOptions

  constructor(options: ModelledRedisOptions) {
    const { time, costs, shards } = options
    this.#options = options
    this.nodes = Array.from({ length: Math.max(1, shards) }, () => new RedisNode(new Keyspace(costs), time, costs))
  }

  /** The node of a key. Namespaces are named so that their clocks are on nodes of their own, as long as there are enough. */
  nodeOf(key: string): RedisNode {
    const [, namespace] = /\{\w+-(\d+)\}/.exec(key) ?? []
    const place = namespace === undefined ? hashed(key) : Number(namespace)
    return this.nodes[place % this.nodes.length]!
  }

  /** For one process. */
  store(represented: Omit<Weights, 'inCluster'>): Store {
    const inCluster = this.#options.shards > 0
    const weights = { ...represented, inCluster }
    const pattern: RedisPattern = {
      isCluster: inCluster,
      keyPrefix: '',
      open: (onLost) => (inCluster ? this.#clusterLink(weights, onLost) : this.#link(weights, onLost)),
    }
    const commands = new RedisCommands(pattern)
    let users = 0
    return {
      name: 'redis',
      sharing,
      connect(namespace, { retentionMs = 86_400_000 } = {}) {
        users++
        const release = () => void (--users === 0 && commands.close())
        return new RedisConnection(commands, namespace, retentionMs, release)
      },
    }
  }

  #link(weights: Weights, onLost: OnLost): CommandLink {
    const node = this.nodes[0]!
    const connection = new NodeConnection(node, this.#options, weights, onLost)
    return {
      connect: () => connection.open(),
      check: () => connection.send(['PING', 'there?']).then(() => {}),
      send: (args) => connection.send(args),
      messages: async (channels, onMessage, lost) => this.#messages(node, weights, [channels, onMessage, lost]),
      destroy: () => connection.close(),
    }
  }

  /** Like a client of a cluster, it goes on with the nodes that are there, and connects again to one that is back. */
  #clusterLink(weights: Weights, onLost: OnLost): CommandLink {
    const connections = new Map<RedisNode, NodeConnection>()
    const opening = new Map<RedisNode, Promise<void>>()
    const connect = (node: RedisNode): Promise<void> => {
      const connection = new NodeConnection(node, this.#options, weights, (error) => {
        if ([...connections.values()].every(({ isOpen }) => !isOpen)) onLost(error)
      })
      connections.set(node, connection)
      const opened = connection.open().finally(() => opening.delete(node))
      opening.set(node, opened)
      return opened
    }
    return {
      connect: async () => {
        const outcomes = await Promise.allSettled(this.nodes.map(connect))
        if (outcomes.every(({ status }) => status === 'rejected')) throw new Error('No node of the cluster is reachable.')
      },
      async check() {
        const open = [...connections.values()].filter(({ isOpen }) => isOpen)
        await Promise.allSettled(open.map((connection) => connection.send(['PING', 'there?'])))
      },
      send: async (args, key) => {
        const node = this.nodeOf(key)
        if (connections.get(node)?.isOpen !== true) await (opening.get(node) ?? connect(node))
        return connections.get(node)!.send(args)
      },
      messages: async (channels, onMessage, lost) =>
        this.#messages(this.nodeOf(channels[0] ?? ''), weights, [channels, onMessage, lost]),
      destroy() {
        for (const connection of connections.values()) connection.close()
      },
    }
  }

  #messages(node: RedisNode, weights: Weights, [channels, onMessage, onLost]: Parameters<CommandLink['messages']>): Link {
    const connection = new NodeConnection(node, this.#options, weights, onLost, onMessage)
    return {
      connect: () => connection.open(channels),
      check: () => connection.send(['PING', 'there?']).then(() => {}),
      destroy: () => connection.close(),
    }
  }
}

/** FNV-1a. */
function hashed(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
