import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort, type RedisServer, startRedis } from './redis-server.ts'

/** Masters of a Redis Cluster on loopback, which share the slots evenly. */
export interface RedisCluster {
  readonly ports: readonly number[]
  stop(): void
}

const slots = 16_384
const pollMs = 20
const withinMs = 20_000

export async function startCluster(masters: number): Promise<RedisCluster> {
  const nodes: Node[] = []
  const stop = () => {
    for (const { server, client } of nodes) {
      client.disconnect()
      server.stop()
    }
  }
  try {
    while (nodes.length < masters) nodes.push(await startNode())
    await join(nodes)
  } catch (error) {
    stop()
    throw error
  }
  return { ports: nodes.map(({ server }) => server.port), stop }
}

interface Node {
  readonly server: RedisServer
  readonly busPort: number
  readonly client: Redis
}

async function startNode(): Promise<Node> {
  // By default 10 000 above the other, where there may be no ports any more.
  const busPort = await freePort()
  const server = await startRedis(undefined, ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`])
  return { server, busPort, client: new Redis({ host: '127.0.0.1', port: server.port, enableReadyCheck: false }) }
}

async function join(nodes: readonly Node[]): Promise<void> {
  const [first, ...others] = nodes
  const startOf = (node: number) => Math.round((node * slots) / nodes.length)
  for (const [at, { client }] of nodes.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', startOf(at), startOf(at + 1) - 1)
  }
  for (const { client } of others) await client.call('CLUSTER', 'MEET', '127.0.0.1', first!.server.port, first!.busPort)
  for (const until = performance.now() + withinMs; !(await isWhole(nodes)); await delay(pollMs)) {
    if (performance.now() > until) throw new Error(`The ${nodes.length} nodes did not form a cluster within ${withinMs} ms.`)
  }
}

async function isWhole(nodes: readonly Node[]): Promise<boolean> {
  const states = await Promise.all(nodes.map(async ({ client }) => String(await client.call('CLUSTER', 'INFO'))))
  return states.every((state) => state.includes('cluster_state:ok') && state.includes(`cluster_known_nodes:${nodes.length}`))
}
