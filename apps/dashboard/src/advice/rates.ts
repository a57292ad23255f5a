import type { Prediction } from 'rekindle/advisor'
import { type ByTier, tiers } from '../fleet/about.ts'

/** Parts of 1; `undefined` where there was nothing to be a part of. */
export interface Rates {
  readonly memoryHitRate: number | undefined
  readonly configHitRate: number | undefined
  readonly withoutBuild: number | undefined
}

export type RateName = keyof Rates

export const rateNames: readonly RateName[] = ['memoryHitRate', 'configHitRate', 'withoutBuild']

export const rateLabels: Readonly<Record<RateName, string>> = {
  memoryHitRate: 'Memory',
  configHitRate: 'Config, of the rest',
  withoutBuild: 'Without a build',
}

/** The same of what has been counted as a prediction has it. */
export function measuredRates(served: ByTier<number>): Rates {
  const all = tiers.reduce((sum, tier) => sum + served[tier], 0)
  return {
    memoryHitRate: share(served.memory, all),
    configHitRate: share(served.config, all - served.memory),
    withoutBuild: share(served.memory + served.config, all),
  }
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}

/** A miss in so many is not told from none. */
const leastMiss = 1e-4

/**
 * How strongly each is to be coloured, 0 to 1, from the least of them all to the most: by how many times fewer are missed, as 99 %
 * is as far from 90 % as that is from none.
 */
export function strengths(rows: readonly (readonly Prediction[])[], rate: RateName): number[][] {
  const heights = rows.map((row) => row.map((prediction) => -Math.log(Math.max(leastMiss, 1 - prediction[rate]))))
  const all = heights.flat()
  const [least, most] = [Math.min(...all), Math.max(...all)]
  return heights.map((row) => row.map((height) => (most > least ? (height - least) / (most - least) : 1)))
}
