// One benchmark, once, in a process of its own. Tells its parent what it has measured.
import type { Scale } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { interleave } from './interleave.ts'
import { startRedis } from './redis-server.ts'

export interface Order {
  readonly name: string
  readonly scale: Scale
}

const { name, scale } = JSON.parse(process.argv[2] ?? '') as Order
const benchmark = await benchmarks[name]!()
const redis = benchmark.needsRedis ? await startRedis() : undefined
process.once('exit', () => redis?.stop())
// An `exit` listener runs only when the process ends itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
// A parent that was killed could not tell us.
process.once('disconnect', () => process.exit(1))

const { comparisons, end } = await benchmark.prepare({ scale, redisPort: redis?.port })
const measured = []
for (const comparison of comparisons) measured.push(await interleave(comparison, scale.rounds))
await end()
process.send!(measured, () => process.exit(0))
