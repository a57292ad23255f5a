import type { FreshnessPeriods } from './freshness-periods.ts'
import type { Sample } from './sample.ts'

export interface MemorySetting {
  /** How many live agents each memory holds: a whole number, or `Infinity`. */
  readonly capacity: number
  readonly liveTtlMs: number
  readonly idleMs: number
}

/** What came of a replay, from `countFrom` of the sample on. */
export interface Replay {
  /** By agent: requests that memory did not answer. */
  readonly misses: Uint32Array
  /** How long all live agents were there, together. */
  readonly liveMs: number
  /** How many were in one memory at most; and ever, before `countFrom` too: with room for so many, nothing is evicted. */
  readonly maxLive: number
  readonly mostEver: number
}

const gone = -1
const none = new Float64Array(0)

/**
 * Replays a sample through the memories of its workers: the least recently used goes first, times to live count from an agent's
 * making and end with its config's freshness, idle times from its last use.
 *
 * Each of those orders is that of the events themselves, so each is followed by a pointer that only ever moves on, past events
 * that are the last of their kind no more: the whole takes a time in proportion to the number of events, whatever the setting.
 */
// oxlint-disable-next-line max-lines-per-function -- Its arrays are locals of one function: as fields of an object they take half as long again.
export function replay(sample: Sample, { capacity, liveTtlMs, idleMs }: MemorySetting, periods?: FreshnessPeriods): Replay {
  const { times, agents, memories, nextThere, agentCount, memoryCount, countFrom } = sample
  const { length } = times
  /** By agent: the event that made it, and that of its last use. */
  const madeAt = new Int32Array(agentCount).fill(gone)
  const usedAt = new Int32Array(agentCount).fill(gone)
  /** By period: the event of the last agent made in it; by event: that of the one made before. */
  const lastMade = new Int32Array(periods?.ends.length ?? 0).fill(gone)
  const madeBefore = new Int32Array(periods === undefined ? 0 : length)
  /** By memory: where to look for the least recently used, and how many live. */
  const oldest = new Int32Array(memoryCount).fill(gone)
  const live = new Int32Array(memoryCount)
  const misses = new Uint32Array(agentCount)
  const ends = periods?.ends ?? none
  const of = periods?.of
  const sum = new Float64Array(1)

  function end(agent: number, now: number): void {
    const begun = madeAt[agent]!
    let until = Math.min(now, times[begun]! + liveTtlMs, times[usedAt[agent]!]! + idleMs)
    if (of !== undefined) until = Math.min(until, ends[of[begun]!]!)
    const since = Math.max(times[begun]!, countFrom)
    if (until > since) sum[0]! += until - since
    live[memories[begun]!]!--
    madeAt[agent] = gone
  }

  function evict(memory: number, now: number): void {
    for (let at = oldest[memory]!; ; at = nextThere[at]!) {
      const agent = agents[at]!
      if (madeAt[agent] === gone || usedAt[agent] !== at) continue
      oldest[memory] = nextThere[at]!
      return end(agent, now)
    }
  }

  // Not captured by any function: this loop runs for each event of each setting.
  let [made, used, period, maxLive, mostEver] = [0, 0, 0, 0, 0]
  for (let at = 0; at < length; at++) {
    const now = times[at]!
    for (; made < at && times[made]! + liveTtlMs <= now; made++) {
      if (madeAt[agents[made]!] === made) end(agents[made]!, now)
    }
    for (; used < at && times[used]! + idleMs <= now; used++) {
      if (usedAt[agents[used]!] === used && madeAt[agents[used]!] !== gone) end(agents[used]!, now)
    }
    for (; period < ends.length && ends[period]! <= now; period++) {
      for (let each = lastMade[period]!; each !== gone; each = madeBefore[each]!) {
        if (madeAt[agents[each]!] === each) end(agents[each]!, now)
      }
    }
    const agent = agents[at]!
    const memory = memories[at]!
    if (oldest[memory] === gone) oldest[memory] = at
    if (madeAt[agent] === gone) {
      if (now >= countFrom) misses[agent]!++
      madeAt[agent] = at
      live[memory]!++
      if (of !== undefined) {
        madeBefore[at] = lastMade[of[at]!]!
        lastMade[of[at]!] = at
      }
    }
    usedAt[agent] = at
    if (live[memory]! > mostEver) mostEver = live[memory]!
    if (live[memory]! > capacity) evict(memory, now)
    if (now >= countFrom && live[memory]! > maxLive) maxLive = live[memory]!
  }
  for (let agent = 0; agent < agentCount; agent++) if (madeAt[agent] !== gone) end(agent, sample.until)
  return { misses, liveMs: sum[0]!, maxLive, mostEver }
}
