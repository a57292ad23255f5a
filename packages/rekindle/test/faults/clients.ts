import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { redisStore, type RedisStoreOptions } from '../../src/redis/index.ts'
import type { ConfigStore } from '../../src/index.ts'

/** A client as an application makes it, with its own defaults, connected to what is on these loopback ports. */
export interface ClientLibrary {
  readonly name: string
  server(port: number): ApplicationClient
  cluster(ports: readonly number[]): ApplicationClient
  sentinel(master: string, ports: readonly number[]): ApplicationClient
}

export interface ApplicationClient {
  /** Another store of this client. */
  store(): ConfigStore
  /** For so long after a store has ended, something of the library may be left that it does not let go of earlier. */
  readonly lingersMs: number
  close(): void
}

const host = '127.0.0.1'
const nodesAt = (ports: readonly number[]) => ports.map((port) => ({ host, port }))

export const ioredis: ClientLibrary = {
  name: 'ioredis',
  server: (port) => ioredisClient(new Redis(port, host)),
  cluster: (ports) => ioredisClient(new Cluster(nodesAt(ports))),
  sentinel: (name, ports) => ioredisClient(new Redis({ name, sentinels: nodesAt(ports) })),
}

function ioredisClient(client: Redis | Cluster): ApplicationClient {
  // What befalls the application's own client is the application's affair.
  client.on('error', () => {})
  return { store: () => redisStore({ client }), lingersMs: 500, close: () => client.disconnect() }
}

export const nodeRedis: ClientLibrary = {
  name: 'node-redis',
  server: (port) => nodeRedisClient(createClient({ url: `redis://${host}:${port}` })),
  cluster: (ports) => nodeRedisClient(createCluster({ rootNodes: ports.map((port) => ({ url: `redis://${host}:${port}` })) })),
  // A pause between attempts to connect, of up to two seconds, goes on when the client has been destroyed.
  sentinel: (name, ports) => nodeRedisClient(createSentinel({ name, sentinelRootNodes: nodesAt(ports) }), 2_500),
}

type NodeRedisClient = Extract<RedisStoreOptions['client'], { readonly isReady: boolean }> & {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}

function nodeRedisClient(client: NodeRedisClient, lingersMs: number = 500): ApplicationClient {
  client.on('error', () => {})
  client.connect().catch(() => {})
  return {
    store: () => redisStore({ client }),
    lingersMs,
    close() {
      void Promise.resolve(client.destroy()).catch(() => {})
    },
  }
}
