// One benchmark, once, in a process of its own. Tells its parent what it has measured.
import type { Result, Scale } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { interleave } from './interleave.ts'
import { startRedis } from './redis-server.ts'

export interface Order {
  readonly name: string
  readonly scale: Scale
  readonly trace?: string | undefined
}

const { name, scale, trace } = JSON.parse(process.argv[2] ?? '') as Order
// What ends with this process does so in `exit` listeners, which run only when it ends itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
// A parent that was killed could not tell us.
process.once('disconnect', () => process.exit(1))

const benchmark = await benchmarks[name]!()
const redis = benchmark.needsRedis ? await startRedis() : undefined
const { comparisons, grids = [], end } = await benchmark.prepare({ scale, redisPort: redis?.port, trace })
const measured = []
for (const comparison of comparisons) measured.push(await interleave(comparison, scale.rounds))
const drawn = []
for (const draw of grids) drawn.push(await draw())
await end()
const result: Result = { comparisons: measured, grids: drawn }
process.send!(result, () => process.exit(0))
