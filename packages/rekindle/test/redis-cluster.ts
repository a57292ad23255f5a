import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import { type RedisServer, startRedis } from './redis-server.ts'

/** Three masters of a Redis Cluster on loopback, each with a third of the slots. */
export interface RedisCluster extends AsyncDisposable {
  readonly ports: readonly number[]
  connect(options?: { keyPrefix?: string }): Cluster
}

export async function startCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = []
  const settings = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000']
  for (let node = 0; node < 3; node++) nodes.push(await startRedis({ settings }))
  const ports = nodes.map(({ port }) => port)
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'], { stdio: 'pipe' })
  const state = (port: number) => execFileSync('redis-cli', ['-p', String(port), 'cluster', 'info'], { encoding: 'utf8' })
  for (const deadline = Date.now() + 20_000; !ports.every((port) => state(port).includes('cluster_state:ok')); await delay(50)) {
    if (Date.now() > deadline) throw new Error('the cluster did not come up')
  }
  return {
    ports,
    connect: (redisOptions = {}) => new Cluster([{ host: '127.0.0.1', port: ports[0]! }], redisOptions),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  }
}
