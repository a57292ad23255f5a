import { expect } from 'vitest'
import { collectGarbage } from './garbage.ts'
import { nextTurn } from './timing.ts'
import { inMemory, inStore, users, type World } from './world.ts'

const requests = 1_000
/** Not one of them may leave more than this behind, on average. */
const bytesPerRequest = 300
/** What they leave behind shows in every round; what else makes memory grow, in some. */
const rounds = 3

/** Requests under a fault that lasts leave nothing behind: nothing that waits, and nothing in memory. */
export async function checkMemory({ warm, cold }: World): Promise<void> {
  const heapAfter = async (count: number) => {
    for (let request = 0; request < count; request++) {
      await warm.ask(inMemory, request % users.length)
      await cold.ask(inStore, request % users.length)
      // What goes on in the background gets its turn.
      if (request % 100 === 0) await nextTurn()
    }
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  let heap = await heapAfter(requests / 4)
  let growth = Infinity
  for (let round = 0; round < rounds && growth >= bytesPerRequest; round++) {
    const after = await heapAfter(requests)
    growth = (after - heap) / requests
    heap = after
  }
  expect(growth).toBeLessThan(bytesPerRequest)
  for (const { cache } of [warm, cold]) expect(cache.stats()).toMatchObject({ waiting: 0, building: 0, inUse: 0 })
}
