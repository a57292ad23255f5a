/** What decides whether an agent is worth its place. */
export interface Keepable {
  /** `undefined`: not known. */
  readonly bytes: number | undefined
  readonly rebuildMs: number
  /** When its last lease ended. */
  readonly idleSince: number
}

/**
 * Of all agents, the part that goes at a time. Where they are what fills the memory, a sixteenth of them is several times the
 * 1/64 of the limit that may be filled before the next are dropped.
 */
const part = 1 / 16

/** The way to an agent that is not in memory, whatever it is made from. So noise in shorter times decides nothing. */
const leastRebuildMs = 1

/**
 * Those of the `idle` that should go first: they cost most to keep and least to make anew. Keeping costs an agent's size times
 * the time for which it will lie unused, which is best guessed from how long it has: the space-time product of A. J. Smith, "Long
 * Term File Migration: Development and Evaluation of Algorithms", CACM 24(8), 1981. That is divided by what a miss costs, as in
 * GreedyDual-Size (Cao and Irani, USITS 1997). Where sizes and rebuilds are alike, these are the ones idle for longest.
 *
 * As many as weigh what a sixteenth of all `agents` does, at least one. Of unknown weight, each counts as an average one.
 */
export function costliest<Item extends Keepable>(idle: readonly Item[], agents: number, now: number): Item[] {
  const known = idle.flatMap(({ bytes }) => bytes ?? [])
  const average = known.length === 0 ? 1 : known.reduce((sum, bytes) => sum + bytes, 0) / known.length
  const cost = ({ bytes = average, idleSince, rebuildMs }: Item) =>
    (bytes * Math.max(1, now - idleSince)) / Math.max(leastRebuildMs, rebuildMs)
  const ranked = idle.map((item) => ({ item, cost: cost(item) })).sort((a, b) => b.cost - a.cost)

  const going: Item[] = []
  let left = average * agents * part
  for (const { item } of ranked) {
    if (left <= 0) break
    going.push(item)
    left -= item.bytes ?? average
  }
  return going
}
