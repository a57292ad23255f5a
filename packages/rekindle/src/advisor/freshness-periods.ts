import type { Sample } from './sample.ts'

/** Where configs are shared, they expire in so many groups, one after the other. */
const groups = 16
/** Of all groups together. Beyond that, a time to live is too short for its recording to be told from no time at all. */
const maxPeriods = 262_144
/** No agent is made in a period that has ended. */
const shortestMs = 1

/**
 * When configs cease to be fresh. Each period is that of one load; live agents made in it end with it. Whatever memory does, who asks first
 * after one has ended loads anew, so it can be told before memory is replayed.
 */
export interface FreshnessPeriods {
  /** By event: in which period an agent made then would begin. */
  readonly of: Int32Array
  /** By period, in order. Wall clock, ms. */
  readonly ends: Float64Array
  /** By event: 1 where a config was loaded. */
  readonly loads: Uint8Array
}

/** Of a sample whose configs are those of its live agents. */
export function ownPeriods({ times, configs, hashes }: Sample, ttlMs: number): FreshnessPeriods {
  const of = new Int32Array(times.length)
  const ends = new Float64Array(times.length)
  const loads = new Uint8Array(times.length)
  const current = new Int32Array(hashes.length).fill(-1)
  let count = 0
  for (let at = 0; at < times.length; at++) {
    const config = configs[at]!
    let period = current[config]!
    if (period < 0 || times[at]! >= ends[period]!) {
      period = count++
      ends[period] = times[at]! + Math.max(ttlMs, shortestMs)
      current[config] = period
      loads[at] = 1
    }
    of[at] = period
  }
  return { of, ends: ends.subarray(0, count), loads }
}

/**
 * How often each config is loaded, from `countFrom` on, if all has long been under way when the sample begins: what is there in its first part has been loaded at
 * some time before, its hash says when. Or else all that is asked for in the first minutes would go on to expire together, and
 * so would be counted once more or once less with a slightly longer time to live.
 */
export function steadyLoads({ times, configs, hashes, countFrom }: Sample, ttlMs: number): Uint32Array {
  const loads = new Uint32Array(hashes.length)
  const freshUntil = new Float64Array(hashes.length).fill(-Infinity)
  const begin = times[0] ?? 0
  const presentUntil = begin + (countFrom - begin) / 2
  for (let at = 0; at < times.length; at++) {
    const config = configs[at]!
    const now = times[at]!
    if (now < freshUntil[config]!) continue
    const isPresent = freshUntil[config] === -Infinity && now < presentUntil
    freshUntil[config] = now + (isPresent ? ttlMs * phaseOf(hashes[config]!) : ttlMs)
    if (now >= countFrom) loads[config]!++
  }
  return loads
}

/** From 0 to 1. A sample has the low hashes only, so they are spread anew. */
function phaseOf(hash: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 0) / 2 ** 32
}

/**
 * Of a sample of live agents that share configs with others: which ones is not known, but they are asked for all the time. So each is
 * loaded anew as soon as it ends, and where in this cycle it is, its agents' hashes say as well as anything.
 */
export function cyclicPeriods({ times, hashes, configs }: Sample, ttlMs: number): FreshnessPeriods {
  const begin = times[0] ?? 0
  const span = (times[times.length - 1] ?? 0) - begin
  const step = Math.max(ttlMs / groups, span / maxPeriods, shortestMs)
  const of = new Int32Array(times.length)
  let last = -1
  for (let at = 0; at < times.length; at++) {
    // The next end of its group: ends come every step, the groups in turns.
    const group = Math.floor(phaseOf(hashes[configs[at]!]!) * groups)
    const passed = Math.floor((times[at]! - begin) / step)
    const end = passed + 1 + ((((group - passed - 1) % groups) + groups) % groups)
    of[at] = end
    if (end > last) last = end
  }
  const ends = Float64Array.from({ length: last + 1 }, (_, end) => begin + end * step)
  return { of, ends, loads: new Uint8Array(0) }
}
