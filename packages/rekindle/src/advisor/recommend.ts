import type { CacheSettings } from '../settings.ts'
import type { Prediction } from './prediction.ts'
import { sizesUpTo, timesUpTo } from './settable.ts'
import type { Turns } from './turns.ts'

/** Shares of requests, from 0 to 1. */
export interface Targets {
  /** That memory answers. */
  readonly memoryTarget: number
  /** That need no full build. */
  readonly target: number
}

/** The cheapest settings that reach the targets, or come as near as any. */
export interface Recommendation {
  readonly prediction: Prediction
  readonly reachesTargets: boolean
  /** For people. */
  readonly why: string
}

export interface Recommending extends Targets {
  readonly predict: (setting: CacheSettings) => Prediction
  /** Times to live that are longer than this, but for rounding, cannot be told from for ever. */
  readonly longestMs: number
  /** Where too little has been seen to know what less would do, nothing is to be less than now. */
  readonly atLeast: CacheSettings | undefined
  readonly stored: boolean
  readonly turns: Turns
}

/** When the targets cannot be reached, so much less than the most there can be is as good. */
const asGood = 0.005
const unlimited = Number.MAX_SAFE_INTEGER

/**
 * The cheapest setting that reaches the targets: the shortest time to live with which configs do; with it, or the shortest longer one with which memory
 * can, the fewest live agents; and of those, the shortest idle time that does as well. If nothing reaches them, the cheapest
 * that comes as near as any.
 */
export async function recommend(recommending: Recommending): Promise<Recommendation> {
  const { predict, turns, memoryTarget, target, longestMs, atLeast, stored } = recommending
  const roomy = (ttlMs: number): CacheSettings => ({ configTtlMs: ttlMs, liveTtlMs: ttlMs, idleMs: ttlMs, maxAgents: unlimited })
  const ttls = timesUpTo(longestMs, atLeast?.configTtlMs)
  const most = await turns.take(() => predict(roomy(ttls[ttls.length - 1]!)))
  const wanted = {
    memory: Math.min(memoryTarget, most.memoryHitRate - asGood),
    withoutBuild: Math.min(target, most.withoutBuild - asGood),
  }
  const reachesTargets = most.memoryHitRate >= memoryTarget && most.withoutBuild >= target
  if (reachesTargets) Object.assign(wanted, { memory: memoryTarget, withoutBuild: target })
  const isGood = ({ memoryHitRate, withoutBuild }: Prediction) =>
    memoryHitRate >= wanted.memory && (!stored || withoutBuild >= wanted.withoutBuild)
  const isAllGood = (prediction: Prediction) => isGood(prediction) && prediction.withoutBuild >= wanted.withoutBuild

  const least = (points: readonly number[], settingOf: (point: number) => CacheSettings) =>
    leastGood(points, (point) => turns.take(() => isAllGood(predict(settingOf(point)))))
  const ttlMs = await least(ttls, roomy)
  const used = await turns.take(() => predict(roomy(ttlMs)))
  const sizes = sizesUpTo(used.liveAgents.max, atLeast?.maxAgents)
  const maxAgents = await least(sizes, (size) => ({ ...roomy(ttlMs), maxAgents: size }))
  const sized = { ...roomy(ttlMs), maxAgents }
  const idles = timesUpTo(ttlMs, atLeast && Math.min(atLeast.idleMs, ttlMs))
  const idleMs = await least(idles, (idle) => ({ ...sized, idleMs: idle }))
  const prediction = await turns.take(() => predict({ ...sized, idleMs }))
  return { prediction, reachesTargets, why: reasonOf(recommending, most, reachesTargets) }
}

/** The least of ascending `points` that is good. The last is taken to be. */
async function leastGood(points: readonly number[], isGood: (point: number) => Promise<boolean>): Promise<number> {
  let [below, found] = [-1, points.length - 1]
  while (found - below > 1) {
    const middle = (below + found) >> 1
    if (await isGood(points[middle]!)) found = middle
    else below = middle
  }
  return points[found]!
}

function reasonOf({ memoryTarget, target, stored }: Recommending, most: Prediction, reachesTargets: boolean): string {
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  const wanted = `${percent(memoryTarget)} of requests from memory and ${percent(target)} without a full build`
  const shortest = 'the shortest time to live, and with it the fewest live agents and the shortest idle time,'
  if (reachesTargets) return `It is ${shortest} with ${wanted}.`
  const builds = stored ? '' : ' Without a store, what memory does not have needs a full build.'
  return (
    `No setting gives ${wanted}: at most ${percent(most.memoryHitRate)} and ${percent(most.withoutBuild)}, ` +
    `since the other requests are for agents not asked for before, or not within what was recorded.${builds} It is ${shortest} that come as near.`
  )
}
