import { ModelledRedis } from './modelled-redis.ts'
import { redisCosts } from './redis-costs.ts'
import type { DeadNodeFigures } from './simulation-orders.ts'
import { followTime, VirtualTime } from './virtual-time.ts'
import { randomOf } from '../advisor/random.ts'

const rounds = 200

/** A worker reads configs, so many in one turn of its event loop, while one node of the cluster refuses connections. */
export async function deadNode(shards: number, together: readonly number[]): Promise<DeadNodeFigures> {
  const time = new VirtualTime()
  followTime(time, randomOf(1))
  const redis = new ModelledRedis({ time, costs: redisCosts, delay: () => 0.1, shards })
  const connection = redis.store({ workers: 1, agents: 1, requests: 1 }).connect('fleet-0')
  const failures: number[] = []
  const read = (id: string) =>
    connection.read(id).then(
      () => 0,
      () => 1,
    )
  void read('first')
  await time.run(500)
  // The clock is on another.
  redis.nodes[shards - 1]!.die()
  await time.run(100)
  for (const count of together) {
    let failed = 0
    for (let round = 0; round < rounds; round++) {
      const reads = Array.from({ length: count }, (_, at) => read(`${count}-${round}-${at}`))
      void Promise.all(reads).then((all) => (failed += all.reduce((sum, one) => sum + one, 0)))
      await time.run(50)
    }
    failures.push(failed / rounds / count)
  }
  await connection.close()
  return { together, failures }
}
