import { type RedisCluster, type SlotMove, startCluster } from '../redis-cluster.ts'
import type { RedisServer } from '../redis-server.ts'
import type { Fault } from './faults.ts'
import type { Ground } from './matrix.ts'

interface ClusterPlace {
  readonly cluster: RedisCluster
  moves: readonly SlotMove[]
  /** The node that is down. */
  down: RedisServer | undefined
}

const clockOf = (namespace: string) => `rekindle:{${namespace}}:clock`

async function finishMoves(place: ClusterPlace): Promise<void> {
  for (const move of place.moves) await move.finish()
  place.moves = []
}

async function pointersIn({ nodes }: RedisCluster, namespace: string): Promise<string[]> {
  const keys = await Promise.all(nodes.map((node) => node.call('KEYS', `rekindle:${namespace}:p:*`)))
  return keys.flat() as string[]
}

const clusterFaults: readonly Fault<ClusterPlace>[] = [
  {
    name: 'slot migration: of entries, half-way (ASK)',
    effect: 'unnoticed',
    async begin(place, namespace) {
      const moves: SlotMove[] = []
      for (const key of await pointersIn(place.cluster, namespace)) moves.push(await place.cluster.startMoving(key, () => true))
      place.moves = moves
    },
    end: finishMoves,
  },
  {
    name: 'slot migration: of entries, done (MOVED)',
    effect: 'unnoticed',
    async begin({ cluster }, namespace) {
      for (const key of await pointersIn(cluster, namespace)) await (await cluster.startMoving(key, () => true)).finish()
    },
    end: async () => {},
  },
  {
    name: 'slot migration: of the clock, half-way (TRYAGAIN)',
    effect: 'unavailable',
    async begin(place, namespace) {
      place.moves = [await place.cluster.startMoving(clockOf(namespace), (name) => name === clockOf(namespace))]
    },
    end: finishMoves,
  },
  {
    // Another server may have lost the last invalidations.
    name: 'slot migration: of the clock, done (MOVED)',
    effect: 'lost',
    async begin({ cluster }, namespace) {
      await (await cluster.startMoving(clockOf(namespace), () => true)).finish()
    },
    end: async () => {},
  },
  {
    name: 'node down: that of the clock',
    effect: 'unavailable',
    async begin(place, namespace) {
      place.down = await place.cluster.ownerOf(clockOf(namespace))
      await place.down.kill()
    },
    async end({ cluster, down }) {
      await down?.restart()
      await cluster.whole()
    },
  },
  {
    name: 'node down: another one, which hangs',
    effect: 'unsteady',
    async begin(place, namespace) {
      const owner = await place.cluster.ownerOf(clockOf(namespace))
      place.down = place.cluster.nodes.find((node) => node !== owner)!
      process.kill(place.down.pid, 'SIGSTOP')
    },
    async end({ down }) {
      process.kill(down!.pid, 'SIGCONT')
    },
  },
]

export const clusterGround: Ground<ClusterPlace> = {
  name: 'a cluster',
  async start() {
    const cluster = await startCluster()
    return { cluster, moves: [], down: undefined, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() }
  },
  connect: (library, { cluster }) => library.cluster(cluster.ports),
  faults: clusterFaults,
}
