import { rmSync } from 'node:fs'
import type { Benchmark } from '../benchmark.ts'
import { drawBrought } from './brought.ts'
import { importTimes } from './import-time.ts'
import { restarts } from './restart.ts'

/** What it takes until a new process has its first agents, and what a program brings along for it. */
export const start: Benchmark = {
  needsRedis: true,
  async prepare({ scale, redisPort }) {
    const imports = await importTimes(scale.rounds > 5 ? 15 : 5)
    const restarting = await restarts(redisPort!)
    const clear = () => {
      rmSync(imports.compileCache, { recursive: true, force: true })
      restarting.clear()
    }
    // However this process ends.
    process.once('exit', clear)
    return {
      comparisons: [...imports.comparisons, ...restarting.comparisons],
      grids: [drawBrought],
      end: async () => clear(),
    }
  },
}
