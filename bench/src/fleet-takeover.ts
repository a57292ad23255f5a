import { askAll, type Burst, newAsk, summed } from './fleet-burst.ts'
import type { Ask } from './fleet-orders.ts'
import type { Fleet } from './fleet.ts'

/** The load is long enough to be met in the middle on a busy machine. */
export const killed = { loadMs: 200, diesAfterMs: 100, othersAskAfterMs: 50 } as const
const maxAttempts = 3

/** One process begins to load, the others wait for it, and it is killed. The loads count the one that died. */
export async function takeover(fleet: Fleet, attempt = 1): Promise<Burst> {
  const [builder, ...others] = fleet.workers
  const first: Ask = { ...newAsk(), loadMs: killed.loadMs }
  const died = builder!.order({ ...first, diesAfterMs: killed.diesAfterMs }).then(
    () => false,
    () => true,
  )
  const later = { ...first, at: first.at + killed.othersAskAfterMs }
  const asked = await askAll(others, later)
  if (!(await died)) {
    // On a busy machine another may come first in spite of the delay.
    if (attempt === maxAttempts) throw new Error(`${fleet.cache}: the process to be killed was never the first to build.`)
    console.warn(`${fleet.cache}: the process to be killed was not the first to build; that round is measured anew.`)
    return takeover(fleet, attempt + 1)
  }
  await fleet.replace(builder!)
  const { loads, unanswered, ms } = summed(asked, later.at)
  if (unanswered > 0) throw new Error(`${fleet.cache}: ${unanswered} callers had no answer after the builder was killed.`)
  // The dead one cannot tell, but it died of having begun.
  return { loads: loads + 1, unanswered, ms }
}
