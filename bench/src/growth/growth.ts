import type { Benchmark } from '../benchmark.ts'
import { drawConfigGrowth } from './config-growth.ts'
import { drawMemoryGrowth } from './memory-growth.ts'
import { sharingGrowth } from './sharing-growth.ts'
import { drawStoreGrowth } from './store-growth.ts'
import { drawHitsOfWorkers, drawRestOfWorkers } from './workers-growth.ts'

const sizes = [100, 1_000, 10_000, 100_000, 1_000_000]

/** Whether an operation costs the same when there is more of everything. */
export const growth: Benchmark = {
  needsRedis: true,
  async prepare({ scale, redisPort }) {
    const all = scale.rounds > 5 ? sizes : sizes.slice(0, -1)
    const fewer = Math.ceil(scale.rounds / 2)
    return {
      comparisons: [],
      grids: [
        () => drawMemoryGrowth(all, scale.rounds),
        () => drawStoreGrowth(all, scale.rounds),
        () => drawHitsOfWorkers(fewer, redisPort!),
        () => drawRestOfWorkers(redisPort!),
        () => drawConfigGrowth(fewer, redisPort!),
        ...sharingGrowth(fewer),
      ],
      end: async () => {},
    }
  },
}
