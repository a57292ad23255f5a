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

interface Memories {
  readonly sample: Sample
  readonly setting: MemorySetting
  readonly periods: FreshnessPeriods | undefined
  /** By agent: the event that made it, and that of its last use. */
  readonly madeAt: Int32Array
  readonly usedAt: Int32Array
  /** By period: the event of the last agent made in it; by event: that of the one made before. */
  readonly lastMade: Int32Array
  readonly madeBefore: Int32Array
  /** By memory: where to look for the least recently used, and how many live. */
  readonly oldest: Int32Array
  readonly live: Int32Array
  liveMs: number
}

function emptyMemories(sample: Sample, setting: MemorySetting, periods: FreshnessPeriods | undefined): Memories {
  const { times, agentCount, memoryCount } = sample
  return {
    sample,
    setting,
    periods,
    madeAt: new Int32Array(agentCount).fill(gone),
    usedAt: new Int32Array(agentCount).fill(gone),
    lastMade: new Int32Array(periods?.ends.length ?? 0).fill(gone),
    madeBefore: new Int32Array(periods === undefined ? 0 : times.length),
    oldest: new Int32Array(memoryCount).fill(gone),
    live: new Int32Array(memoryCount),
    liveMs: 0,
  }
}

/** An agent leaves its memory. */
function end(memories: Memories, agent: number, now: number): void {
  const { sample, setting, periods, madeAt, usedAt, live } = memories
  const { times, countFrom } = sample
  const begun = madeAt[agent]!
  let until = Math.min(now, times[begun]! + setting.liveTtlMs, times[usedAt[agent]!]! + setting.idleMs)
  if (periods !== undefined) until = Math.min(until, periods.ends[periods.of[begun]!]!)
  const since = Math.max(times[begun]!, countFrom)
  if (until > since) memories.liveMs += until - since
  live[sample.memories[begun]!]!--
  madeAt[agent] = gone
}

/** The least recently used agent of a memory leaves it. */
function evict(memories: Memories, memory: number, now: number): void {
  const { sample, madeAt, usedAt, oldest } = memories
  for (let at = oldest[memory]!; ; at = sample.nextThere[at]!) {
    const agent = sample.agents[at]!
    if (madeAt[agent] === gone || usedAt[agent] !== at) continue
    oldest[memory] = sample.nextThere[at]!
    return end(memories, agent, now)
  }
}

/**
 * Replays a sample through the memories of its workers: the least recently used goes first, times to live count from an agent's
 * making and end with its config's freshness, idle times from its last use.
 *
 * Each of those orders is that of the events themselves, so each is followed by a pointer that only ever moves on, past events
 * that are the last of their kind no more: the whole takes a time in proportion to the number of events, whatever the setting.
 */
export function replay(sample: Sample, setting: MemorySetting, periods?: FreshnessPeriods): Replay {
  const { times, agents, memories, agentCount, countFrom } = sample
  const { capacity, liveTtlMs, idleMs } = setting
  const state = emptyMemories(sample, setting, periods)
  const { madeAt, usedAt, lastMade, madeBefore, oldest, live } = state
  const misses = new Uint32Array(agentCount)
  const ends = periods?.ends ?? none
  const of = periods?.of

  // Not captured by any function: this loop runs for each event of each setting.
  let [made, used, period, maxLive, mostEver] = [0, 0, 0, 0, 0]
  for (let at = 0; at < times.length; at++) {
    const now = times[at]!
    for (; made < at && times[made]! + liveTtlMs <= now; made++) {
      if (madeAt[agents[made]!] === made) end(state, agents[made]!, now)
    }
    for (; used < at && times[used]! + idleMs <= now; used++) {
      if (usedAt[agents[used]!] === used && madeAt[agents[used]!] !== gone) end(state, agents[used]!, now)
    }
    for (; period < ends.length && ends[period]! <= now; period++) {
      for (let each = lastMade[period]!; each !== gone; each = madeBefore[each]!) {
        if (madeAt[agents[each]!] === each) end(state, agents[each]!, now)
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
    if (live[memory]! > capacity) evict(state, memory, now)
    if (now >= countFrom && live[memory]! > maxLive) maxLive = live[memory]!
  }
  for (let agent = 0; agent < agentCount; agent++) if (madeAt[agent] !== gone) end(state, agent, sample.until)
  return { misses, liveMs: state.liveMs, maxLive, mostEver }
}
