// A process that fills one cache with live agents, and says how much more memory it has in use then. It does what its parent says.
import { setTimeout as delay } from 'node:timers/promises'
import { obey } from '../fleet-process.ts'
import type { HeapOrder } from './heap-orders.ts'
import type { Kept } from './keeper.ts'
import { keepers } from './keepers.ts'
import { type Stock, stockOf } from './stock.ts'

const warmUps = 2_000
const settleMs = 300
/** One in so many is looked for afterwards. */
const lookedFor = 97

obey(async ({ keeper, agents, ground }: HeapOrder): Promise<number> => {
  const keep = keepers[keeper]
  const little = await keep(stockOf(warmUps, agents), ground)
  await little.close?.()
  const stock = stockOf(agents, 0)
  const before = await inUse()
  const kept = await keep(stock, ground)
  const bytes = (await inUse()) - before
  await check(kept, stock)
  return bytes / agents
})

/** On the heap, and beside it: a typed array's memory is no part of the heap. */
async function inUse(): Promise<number> {
  // What is still under way would be counted: writes to a store, timers.
  await delay(settleMs)
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function check(kept: Kept, { agents }: Stock): Promise<void> {
  for (let index = 0; index < agents.length; index += lookedFor) {
    if ((await kept.get(index)) !== agents[index]) throw new Error(`Agent ${index} of ${agents.length} is not there.`)
  }
}
