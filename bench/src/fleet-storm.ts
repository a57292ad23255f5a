import type { HitSlice, Invalidated, Order } from './fleet-orders.ts'
import type { Fleet } from './fleet.ts'
import { median } from './statistics.ts'

export const stormSize = 480
/** Calls under way in each process that invalidates. */
export const callsAtOnce = 8
const slices = 100
const withinMs = 20_000
const maxAttempts = 3

/** Many invalidations as fast as they go, while memory of the other workers is in use. */
export interface Storm {
  /** From the first call to when the last worker no longer had the last agent. */
  readonly perSecond: number
  /** Of a memory hit in a worker that only listens, meanwhile and before. */
  readonly hitNs: number
  readonly quietHitNs: number
}

let agents = 0

/** Agents that no worker has had before, in the memory of all of them. */
export async function newAgents({ workers: [editor, ...rest] }: Fleet, count: number): Promise<readonly string[]> {
  const agentIds = Array.from({ length: count }, () => `agent-${++agents}`)
  const order: Order = { type: 'fill', agentIds }
  // One builds them, so that the others find them in the store: what is built by many is announced by many.
  await editor!.order(order)
  await Promise.all(rest.map((worker) => worker.order(order)))
  return agentIds
}

/** `from` workers invalidate what all have; all others listen, and the first of these serves one agent from memory. */
export async function storm(fleet: Fleet, from: number, attempt = 1): Promise<Storm> {
  const { cache, workers } = fleet
  const [hot, ...agentIds] = await newAgents(fleet, stormSize + 1)
  const server = workers[0]!
  const hits = () => server.order<readonly HitSlice[]>({ type: 'hit', agentId: hot!, slices })

  const quiet = await hits()
  const watching = workers.map((worker) => worker.order<readonly number[] | undefined>({ type: 'watch', agentIds, withinMs }))
  const serving = hits()
  const share = agentIds.length / from
  const orders = workers.slice(-from).map((editor, at) =>
    editor.order<readonly Invalidated[]>({
      type: 'invalidate',
      agentIds: agentIds.slice(at * share, (at + 1) * share),
      confirm: false,
      atOnce: callsAtOnce,
      pauseMs: 0,
    }),
  )
  const calls = (await Promise.all(orders)).flat()
  const gone = (await Promise.all(watching)).map((times) => {
    if (times === undefined) throw new Error(`${cache}: after ${withinMs} ms a worker had not heard of all invalidations.`)
    return times
  })
  const meanwhile = await serving
  if (gone.some((times) => times.some((time, at) => time < calls[at]!.began))) {
    // Rekindle's memory serves nothing when its process has stood still for a second, until the store has been asked.
    if (attempt === maxAttempts) throw new Error(`${cache}: agents left memory before they were invalidated.`)
    console.warn(`${cache}: an agent left memory before it was invalidated; that round is measured anew.`)
    return storm(fleet, from, attempt + 1)
  }
  const began = Math.min(...calls.map((call) => call.began))
  const ended = Math.max(...gone.map((times) => times.at(-1)!))
  const during = meanwhile.filter(({ at }) => at >= began && at <= ended)
  if (during.length === 0 || quiet.length === 0) throw new Error(`${cache}: no memory hit was measured.`)
  const medianOf = (times: readonly HitSlice[]) => median(times.map(({ ns }) => ns))
  return { perSecond: (1_000 * agentIds.length) / (ended - began), hitNs: medianOf(during), quietHitNs: medianOf(quiet) }
}
