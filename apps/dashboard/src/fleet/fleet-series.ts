import { type ByTier, type Series, type Tier, tiers } from './about.ts'

/** Of several workers together. All lists are as long as `times`. */
export interface FleetSeries {
  /** When each step began, in seconds since 1970. */
  readonly times: readonly number[]
  /** Requests in a second. */
  readonly perSecond: ByTier<readonly number[]>
  readonly failedPerSecond: readonly number[]
  readonly live: readonly number[]
  readonly inUse: readonly number[]
  /** Of p50, the mean of the workers by how much each served; of p99, the slowest worker's. */
  readonly p50: ByTier<readonly (number | null)[]>
  readonly p99: ByTier<readonly (number | null)[]>
}

/**
 * Adds workers up by the step of time, which is that of the first; they need not have begun together. Percentiles cannot be added
 * up, so `p50` is near the true one and `p99` not below it. (What the whole page shows as a number comes from histograms, which can.)
 */
export function addUp(series: readonly Series[], maxSteps = 120): FleetSeries {
  const stepMs = series[0]?.stepMs ?? 5_000
  const together = series.filter((each) => each.stepMs === stepMs)
  const stepOf = ({ from }: Series): number => Math.round(from / stepMs)
  const end = Math.max(0, ...together.map((each) => stepOf(each) + each.memory.length))
  const start = Math.max(end - maxSteps, Math.min(...together.map(stepOf)))
  const steps = Array.from({ length: end === 0 ? 0 : end - start }, (_, index) => start + index)

  const sum = (list: (each: Series) => readonly number[]): number[] =>
    steps.map((step) => together.reduce((total, each) => total + (list(each)[step - stepOf(each)] ?? 0), 0))
  const rate = (list: (each: Series) => readonly number[]): number[] => sum(list).map((count) => (count * 1_000) / stepMs)
  const measured = (step: number, tier: Tier, part: 'p50' | 'p99'): { ms: number; weight: number }[] =>
    together.flatMap((each) => {
      const at = step - stepOf(each)
      const ms = each[part][tier][at] ?? null
      return ms === null ? [] : [{ ms, weight: Math.max(1, each[tier][at] ?? 0) }]
    })

  return {
    times: steps.map((step) => (step * stepMs) / 1_000),
    perSecond: byTier((tier) => rate((each) => each[tier])),
    failedPerSecond: rate((each) => each.failed),
    live: sum((each) => each.live),
    inUse: sum((each) => each.inUse),
    p50: byTier((tier) => steps.map((step) => weightedMean(measured(step, tier, 'p50')))),
    p99: byTier((tier) => steps.map((step) => largest(measured(step, tier, 'p99')))),
  }
}

export function byTier<Value>(of: (tier: Tier) => Value): ByTier<Value> {
  return Object.fromEntries(tiers.map((tier) => [tier, of(tier)])) as Record<Tier, Value>
}

function weightedMean(values: readonly { ms: number; weight: number }[]): number | null {
  const weight = values.reduce((sum, each) => sum + each.weight, 0)
  return weight === 0 ? null : values.reduce((sum, each) => sum + each.ms * each.weight, 0) / weight
}

function largest(values: readonly { ms: number }[]): number | null {
  return values.length === 0 ? null : Math.max(...values.map(({ ms }) => ms))
}
