import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import { type RedisServer, startRedis } from './redis-server.ts'

/** Three masters of a Redis Cluster on loopback, each with a third of the slots. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[]
  readonly ports: readonly number[]
  connect(options?: { keyPrefix?: string }): Cluster
  /** Until every node says that the cluster is whole. */
  whole(): Promise<void>
  /** The node that has the slot of `key`, as `asked` says, which must be running. */
  ownerOf(key: string, asked?: RedisServer): Promise<RedisServer>
  /** Begins to move the slot of `key` to another node: of its keys, those that `moves` picks are there already. */
  startMoving(key: string, moves: (name: string) => boolean): Promise<SlotMove>
}

/** A slot between two nodes. Keys that have moved are answered with ASK; what needs keys of both, with TRYAGAIN. */
export interface SlotMove {
  readonly from: RedisServer
  readonly to: RedisServer
  /** Moves the other keys, and lets all nodes know: from now on the old owner answers with MOVED. */
  finish(): Promise<void>
}

export async function startCluster({ settings = [] }: { settings?: readonly string[] } = {}): Promise<RedisCluster> {
  const own = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000', ...settings]
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis({ settings: own })))
  const ports = nodes.map(({ port }) => port)
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'], { stdio: 'pipe' })
  const isWhole = async ({ call }: RedisServer) => String(await call('CLUSTER', 'INFO')).includes('cluster_state:ok')
  const whole = async () => {
    for (const deadline = Date.now() + 20_000; !(await Promise.all(nodes.map(isWhole))).every(Boolean); await delay(20)) {
      if (Date.now() > deadline) throw new Error('the cluster did not come up')
    }
  }
  const ownerOf: RedisCluster['ownerOf'] = async (key, asked = nodes[0]!) => {
    const slot = (await asked.call('CLUSTER', 'KEYSLOT', key)) as number
    const ranges = (await asked.call('CLUSTER', 'SLOTS')) as [first: number, last: number, [host: string, port: number]][]
    const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][1]
    return nodes.find((node) => node.port === port)!
  }
  await whole()
  return {
    nodes,
    ports,
    connect: (redisOptions = {}) => new Cluster([{ host: '127.0.0.1', port: ports[0]! }], redisOptions),
    whole,
    ownerOf,
    async startMoving(key, moves) {
      const from = await ownerOf(key)
      return moveSlot(
        nodes,
        from,
        nodes.find((node) => node !== from)!,
        (await from.call('CLUSTER', 'KEYSLOT', key)) as number,
        moves,
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  }
}

async function moveSlot(
  nodes: readonly RedisServer[],
  from: RedisServer,
  to: RedisServer,
  slot: number,
  moves: (name: string) => boolean,
): Promise<SlotMove> {
  const idOf = async ({ call }: RedisServer) => (await call('CLUSTER', 'MYID')) as string
  const target = await idOf(to)
  const move = async (picked: (name: string) => boolean) => {
    const keys = ((await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 10_000)) as string[]).filter(picked)
    if (keys.length > 0) await from.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys)
  }
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from))
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)
  await move(moves)
  return {
    from,
    to,
    async finish() {
      await move(() => true)
      // Who takes over must know it first.
      for (const { call } of [to, from, ...nodes]) await call('CLUSTER', 'SETSLOT', slot, 'NODE', target)
    },
  }
}
