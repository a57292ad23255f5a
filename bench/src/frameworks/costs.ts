import { median } from '../statistics.ts'
import type { Cost } from './framework-orders.ts'

const batches = 9

/** Time and allocated bytes of one operation. Needs a young generation that holds what a batch allocates. */
export async function costOf(count: number, operation: () => unknown): Promise<Cost> {
  const run = async () => {
    for (let turn = 0; turn < count; turn++) await operation()
  }
  await run()
  const times: number[] = []
  const sizes: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const started = performance.now()
    await run()
    times.push(((performance.now() - started) / count) * 1000)
    sizes.push((process.memoryUsage().heapUsed - before) / count)
  }
  return { us: median(times), bytes: median(sizes) }
}

/** What one of `count` things keeps on the heap, as long as all of them are held. */
export async function keptBytes(count: number, make: () => unknown): Promise<number> {
  // Once for nothing: code, shapes and whatever all of them share.
  await kept(count, make)
  const sizes: number[] = []
  while (sizes.length < 5) sizes.push(await kept(count, make))
  return median(sizes)
}

async function kept(count: number, make: () => unknown): Promise<number> {
  const held: unknown[] = Array.from({ length: count })
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < count; index++) held[index] = await make()
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  // Held until here.
  held.length = 0
  return bytes
}
