import { histogramSince, type LatencyHistogram, mergeHistograms, percentileOf } from '../../counts/histogram.ts'
import { ninesOf } from '../../audit/nines.ts'
import type { AgentCacheStats } from '../../counts/stats.ts'

export type Tier = 'memory' | 'config' | 'build'
export const tiers: readonly Tier[] = ['memory', 'config', 'build']

/** What one worker, or all together, have done and have. Shares are of what was served, 0 to 1; latencies in ms. */
export interface Row {
  readonly worker: string
  /** Since the reading before; without one, unknown. */
  readonly perSecond: number | undefined
  readonly failedPerSecond: number | undefined
  readonly recent: Readonly<Record<Tier, number | undefined>>
  readonly overall: Readonly<Record<Tier, number | undefined>>
  readonly requests: number
  readonly failed: number
  readonly live: number
  readonly inUse: number
  readonly waiting: number
  /** Since the reading before; without one, since the beginning. */
  readonly latency: Readonly<Record<Tier, { readonly p50: number; readonly p99: number } | undefined>>
  readonly store: 'up' | 'down' | 'none' | 'mixed'
  readonly synced: boolean
  /** Of what was audited in the last ten minutes. */
  readonly nines: number | undefined
}

/** What all workers said at one time. */
export interface Reading {
  readonly at: number
  readonly workers: readonly AgentCacheStats[]
}

interface Tally {
  readonly served: Record<Tier, number>
  readonly failed: number
  readonly histograms: Readonly<Record<Tier, LatencyHistogram>>
}

/** A row for each worker, and one of all, against the reading before. */
export function rowsOf(now: Reading, before: Reading | undefined): { readonly rows: readonly Row[]; readonly total: Row } {
  const seconds = before === undefined ? undefined : Math.max(0.001, (now.at - before.at) / 1_000)
  const earlier = new Map(before?.workers.map((stats) => [stats.worker, stats]))
  const tallies = now.workers.map((stats) => ({
    stats,
    since: seconds === undefined ? undefined : since(stats, earlier.get(stats.worker)),
  }))
  const rows = tallies.map(({ stats, since: recent }) => rowOf(stats.worker, [stats], recent && [recent], recent && seconds))
  const known = tallies.flatMap(({ since: recent }) => (recent === undefined ? [] : [recent]))
  return { rows, total: rowOf('all', now.workers, known.length === 0 ? undefined : known, seconds) }
}

/** `undefined` for one that was not there before: it may have served for days, or for a moment. */
function since(now: AgentCacheStats, before: AgentCacheStats | undefined): Tally | undefined {
  if (before === undefined) return undefined
  const each = <Value>(of: (tier: Tier) => Value) => ({ memory: of('memory'), config: of('config'), build: of('build') })
  return {
    served: each((tier) => Math.max(0, now.served[tier] - before.served[tier])),
    failed: Math.max(0, now.failed - before.failed),
    histograms: each((tier) => histogramSince(now.latency[tier].histogram, before.latency[tier].histogram)),
  }
}

function rowOf(
  worker: string,
  stats: readonly AgentCacheStats[],
  recent: readonly Tally[] | undefined,
  seconds: number | undefined,
): Row {
  const sum = (of: (each: AgentCacheStats) => number) => stats.reduce((total, each) => total + of(each), 0)
  const recently = (of: (each: Tally) => number) => recent?.reduce((total, each) => total + of(each), 0)
  const requests = sum(({ served }) => totalOf(served))
  const served = recently((each) => totalOf(each.served))
  const failed = recently((each) => each.failed)
  const each = <Value>(of: (tier: Tier) => Value) => ({ memory: of('memory'), config: of('config'), build: of('build') })
  const windows = stats.flatMap(({ audit }) => audit.windows.filter(({ minutes }) => minutes === 10))
  const states = new Set(stats.map(({ store }) => store.state))
  return {
    worker,
    perSecond: served === undefined || seconds === undefined ? undefined : (served + (failed ?? 0)) / seconds,
    failedPerSecond: failed === undefined || seconds === undefined ? undefined : failed / seconds,
    recent: each((tier) =>
      share(
        recently((tally) => tally.served[tier]),
        served,
      ),
    ),
    overall: each((tier) =>
      share(
        sum((one) => one.served[tier]),
        requests,
      ),
    ),
    requests: requests + sum((one) => one.failed),
    failed: sum((one) => one.failed),
    live: sum((one) => one.live),
    inUse: sum((one) => one.inUse),
    waiting: sum((one) => one.waiting),
    latency: each((tier) => {
      const histograms = recent?.map((tally) => tally.histograms[tier]) ?? stats.map(({ latency }) => latency[tier].histogram)
      const merged = mergeHistograms(histograms)
      return merged.length === 0 ? undefined : { p50: percentileOf(merged, 0.5), p99: percentileOf(merged, 0.99) }
    }),
    store: states.size > 1 ? 'mixed' : ([...states][0] ?? 'none'),
    synced: stats.every(({ synced }) => synced),
    nines: ninesOf(
      windows.reduce((total, { audited }) => total + audited, 0),
      windows.reduce((total, { inconsistent }) => total + inconsistent, 0),
    ),
  }
}

function totalOf(served: Readonly<Record<Tier, number>>): number {
  return served.memory + served.config + served.build
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole
}
