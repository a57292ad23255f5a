import { type AgentCacheStats, histogramSince, type LatencyHistogram, mergeHistograms, percentileOf } from 'rekindle'
import { type ByTier, type Tier, tiers } from './about.ts'
import { byTier } from './fleet-series.ts'

/** What one worker counted, at one moment. */
export interface Reading {
  readonly worker: string
  readonly stats: AgentCacheStats
}

export interface Totals {
  readonly served: ByTier<number>
  readonly requests: number
  readonly failed: number
  readonly live: number
  readonly idle: number
  readonly inUse: number
  readonly waiting: number
  readonly building: number
  /** Agents made by a full build. */
  readonly builds: number
}

export function totalsOf(readings: readonly Reading[]): Totals {
  const sum = (of: (stats: AgentCacheStats) => number): number => readings.reduce((total, { stats }) => total + of(stats), 0)
  const served = byTier((tier) => sum((stats) => stats.served[tier]))
  return {
    served,
    requests: tiers.reduce((total, tier) => total + served[tier], 0),
    failed: sum(({ failed }) => failed),
    live: sum(({ live }) => live),
    idle: sum(({ idle }) => idle),
    inUse: sum(({ inUse }) => inUse),
    waiting: sum(({ waiting }) => waiting),
    building: sum(({ building }) => building),
    builds: sum(({ created }) => created.build),
  }
}

export interface TierLatency {
  readonly p50: number
  readonly p99: number
}

/** Of all readings together since their processes began; or since `before`, of those workers that were there. */
export function latencyOf(readings: readonly Reading[], tier: Tier, before: readonly Reading[] = []): TierLatency | undefined {
  const earlier = new Map(before.map(({ worker, stats }) => [worker, stats.latency[tier].histogram]))
  const histogram = mergeHistograms(
    readings.map(({ worker, stats }) => histogramSince(stats.latency[tier].histogram, earlier.get(worker) ?? [])),
  )
  return summaryOf(histogram)
}

function summaryOf(histogram: LatencyHistogram): TierLatency | undefined {
  return histogram.length === 0 ? undefined : { p50: percentileOf(histogram, 0.5), p99: percentileOf(histogram, 0.99) }
}

/** The first of each worker, `past` being the oldest first: one that was silent for a moment did not count all it has in that time. */
export function firstSightings<Each extends Reading>(past: readonly (readonly Each[])[]): Each[] {
  const all = past.toReversed().flat()
  return [...new Map(all.map((each) => [each.worker, each])).values()]
}

/** Counts that grew between two readings; what a worker that has begun since counted is all of it. */
export function totalsSince(
  readings: readonly Reading[],
  before: readonly Reading[],
): Pick<Totals, 'served' | 'requests' | 'failed'> {
  const earlier = new Map(before.map(({ worker, stats }) => [worker, stats]))
  const grown = (of: (stats: AgentCacheStats) => number): number =>
    readings.reduce((total, { worker, stats }) => {
      const old = earlier.get(worker)
      return total + Math.max(0, of(stats) - (old ? of(old) : 0))
    }, 0)
  const served = byTier((tier) => grown((stats) => stats.served[tier]))
  return { served, requests: tiers.reduce((total, tier) => total + served[tier], 0), failed: grown(({ failed }) => failed) }
}
