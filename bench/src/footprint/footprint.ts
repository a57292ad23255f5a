import type { Benchmark } from '../benchmark.ts'
import { heapComparison } from './heap.ts'
import { redisComparison } from './stored-in-redis.ts'
import { sqliteComparison } from './stored-in-sqlite.ts'

/** What a cache takes: memory for a live agent, and space in a store for a session. */
export const footprint: Benchmark = {
  needsRedis: true,
  async prepare({ scale, redisPort }) {
    const full = scale.rounds > 5
    return {
      comparisons: [heapComparison(full ? 100_000 : 20_000, full ? 2 : 1, redisPort!), redisComparison(), sqliteComparison()],
      end: async () => {},
    }
  },
}
