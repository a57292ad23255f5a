import type { FreshnessPeriods } from './freshness-periods.ts'
import { type Replay, replay, segmentsOf } from './replay.ts'
import type { Sample } from './sample.ts'

interface Times {
  readonly liveTtlMs: number
  readonly idleMs: number
}

/** From so many sampled agents on, as many of them are evicted as of all. */
const enough = Number(process.env['ENOUGH'] ?? 64)
/** From a second to all of the time recorded, so many idle times are tried. */
const tries = 24
const shortestMs = 1_000

/**
 * Replays a sample in memories that have room for one agent and `others` sampled ones, a number that need not be whole.
 *
 * With much room that is a cache of so many (miniature simulation: Waldspurger et al., ATC '17). With little, in which of a few sampled agents are there chance
 * has too large a part. What is evicted then is what has not been used for some time, and that time is the one with which there
 * are, on average, as many agents as there is room for (Che et al., 2002; AET: Hu et al., ATC '16), found for each segment.
 */
export function replayWithin(sample: Sample, others: number, times: Times, periods?: FreshnessPeriods): Replay {
  const capacity = Math.max(0, Math.round(others + 1))
  if (sample.rate >= 1 || others >= enough || others < 0 || others >= sample.agentCount) {
    return replay(sample, { ...times, capacity: others < 0 ? 0 : capacity }, periods)
  }
  const ages = evictionAges(sample, others, times, periods)
  return replay(sample, { ...times, capacity: Infinity, idleMs: ages }, periods)
}

/** By segment: how long an agent is there without being used. */
function evictionAges(sample: Sample, others: number, { liveTtlMs, idleMs }: Times, periods?: FreshnessPeriods): Float64Array {
  const longestMs = Math.min(idleMs, Math.max(2 * shortestMs, sample.until - sample.from))
  const ages = new Float64Array(segmentsOf(sample)).fill(idleMs)
  const found = new Uint8Array(ages.length)
  let [shorter, fewer] = [0, new Float64Array(ages.length)]
  for (let at = 0; at < tries; at++) {
    const age = shortestMs * (longestMs / shortestMs) ** (at / (tries - 1))
    const more = replay(sample, { capacity: Infinity, liveTtlMs, idleMs: age }, periods).others
    for (let segment = 0; segment < ages.length; segment++) {
      if (found[segment] === 1 || more[segment]! < others) continue
      found[segment] = 1
      const part = (others - fewer[segment]!) / Math.max(more[segment]! - fewer[segment]!, Number.EPSILON)
      ages[segment] = shorter + (age - shorter) * part
    }
    if (!found.includes(0)) break
    ;[shorter, fewer] = [age, more]
  }
  return ages
}
