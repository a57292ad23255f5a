import { expect } from 'vitest'
import { collectGarbage } from './garbage.ts'
import { inMemory, inStore, users, type World } from './world.ts'

const requests = 1_000
/** Not one of them may leave more than this behind, on average. */
const bytesPerRequest = 100

/** Requests under a fault that lasts leave nothing behind: nothing that waits, and nothing in memory. */
export async function checkMemory({ warm, cold }: World): Promise<void> {
  const ask = async (count: number) => {
    for (let request = 0; request < count; request++) {
      await warm.ask(inMemory, request % users.length)
      await cold.ask(inStore, request % users.length)
      // What goes on in the background gets its turn.
      if (request % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const before = await ask(requests / 4)
  const after = await ask(requests)
  expect((after - before) / requests).toBeLessThan(bytesPerRequest)
  for (const { cache } of [warm, cold]) expect(cache.stats()).toMatchObject({ waiting: 0, building: 0, inUse: 0 })
}
