import type { CacheSettings } from '../settings.ts'
import { cautionOf } from './caution.ts'
import type { Facts } from './facts.ts'
import { everySecond, idlePoints, sizePoints, ttlPoints } from './grid-points.ts'
import type { Prediction } from './prediction.ts'
import { Predictor, type Recordings } from './predictor.ts'
import { recommend, type Recommendation, type Targets } from './recommend.ts'
import { Turns } from './turns.ts'

/** What was watched, what other settings would do, and which of them to take. */
export interface Advice {
  /** What was watched. Wall clock, ms. */
  readonly from: number
  readonly until: number
  readonly requests: number
  /** `rate`: which part of all keys is in it, from 0 to 1. */
  readonly sample: { readonly events: number; readonly keys: number; readonly rate: number }
  /** Why it is not to be relied on yet, so that nothing less than now is recommended; `undefined`: it is. */
  readonly caution: string | undefined
  readonly current: Prediction
  /** One setting varied, the others as they are. */
  readonly curves: {
    readonly configTtl: readonly Prediction[]
    readonly liveTtl: readonly Prediction[]
    readonly idle: readonly Prediction[]
    readonly size: readonly Prediction[]
  }
  /** Row by row of the first; the time to live is that of configs and of live agents. */
  readonly grids: {
    readonly ttlBySize: readonly (readonly Prediction[])[]
    readonly idleBySize: readonly (readonly Prediction[])[]
  }
  readonly recommended: Recommendation
}

/** About: a search takes as many as it needs. */
const searchPieces = 40

/**
 * How a cache would do with other settings, and which are the cheapest that reach the targets: from what was recorded in this
 * process, by all workers, or in a file ({@link readTrace}).
 *
 * Takes about half a second where the recordings are full, in pieces of a few milliseconds.
 */
export async function adviseOn(
  recordings: Recordings,
  facts: Facts,
  targets: Partial<Targets> = {},
  onProgress?: (done: number, of: number) => void,
): Promise<Advice> {
  const first = new Turns(3)
  const predictor = await first.take(() => new Predictor(recordings, facts))
  const { live } = predictor
  const { settings, stored } = facts
  const predict = (setting: CacheSettings) => predictor.predict(setting)
  const current = await first.take(() => predict(settings))
  const used = (await first.take(() => predict({ ...settings, maxAgents: Number.MAX_SAFE_INTEGER }))).liveAgents.max
  const sizes = sizePoints(used)
  const points = 2 * ttlPoints.length + idlePoints.length + (1 + coarseTtls.length + coarseIdles.length) * sizes.length
  const turns = new Turns(points + searchPieces, onProgress)
  const drawn = await draw(turns, predict, settings, sizes)
  const { memoryTarget = 0.9, target = 0.99 } = targets
  const longestMs = Math.min(live.until - live.from, ttlPoints[ttlPoints.length - 1]!)
  const caution = cautionOf(live, settings.configTtlMs)
  const atLeast = caution === undefined ? undefined : settings
  const recommended = await recommend({ predict, turns, memoryTarget, target, longestMs, atLeast, stored })
  turns.end()
  return {
    from: live.from,
    until: live.until,
    requests: live.requests,
    sample: { events: live.times.length, keys: live.hashes.length, rate: live.rate },
    caution,
    current,
    ...drawn,
    recommended,
  }
}

const coarseTtls = everySecond(ttlPoints)
const coarseIdles = everySecond(idlePoints)

/** What becomes of each setting by itself, and of times to live by size. */
async function draw(
  turns: Turns,
  predict: (setting: CacheSettings) => Prediction,
  settings: CacheSettings,
  sizes: readonly number[],
): Promise<Pick<Advice, 'curves' | 'grids'>> {
  const largestFirst = sizes.toReversed()
  const curve = (values: readonly number[], settingOf: (value: number) => CacheSettings) =>
    turns.each(values, (value) => predict(settingOf(value)))
  const bySize = async (values: readonly number[], settingOf: (value: number) => CacheSettings) => {
    const rows: Prediction[][] = []
    // The largest first: with room for all, the next may be no other.
    for (const value of values)
      rows.push((await curve(largestFirst, (maxAgents) => ({ ...settingOf(value), maxAgents }))).reverse())
    return rows
  }
  const curves = {
    configTtl: await curve(ttlPoints, (configTtlMs) => ({ ...settings, configTtlMs })),
    liveTtl: await curve(ttlPoints, (liveTtlMs) => ({ ...settings, liveTtlMs })),
    idle: await curve(idlePoints, (idleMs) => ({ ...settings, idleMs })),
    size: await curve(sizes, (maxAgents) => ({ ...settings, maxAgents })),
  }
  const grids = {
    ttlBySize: await bySize(coarseTtls, (ttlMs) => ({ ...settings, configTtlMs: ttlMs, liveTtlMs: ttlMs })),
    idleBySize: await bySize(coarseIdles, (idleMs) => ({ ...settings, idleMs })),
  }
  return { curves, grids }
}

/** How a cache would do with each of `settings`. */
export async function predictOn(recordings: Recordings, facts: Facts, settings: readonly CacheSettings[]): Promise<Prediction[]> {
  const predictor = new Predictor(recordings, facts)
  return new Turns(settings.length).each(settings, (setting) => predictor.predict(setting))
}
