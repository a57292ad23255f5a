import { histogramSince, percentileOf } from 'rekindle'
import type { AgentCacheStats } from 'rekindle'

const tiers = ['memory', 'config', 'build'] as const
type ByTier<Value> = Readonly<Record<(typeof tiers)[number], readonly Value[]>>

/** What happened in each of the last steps, the oldest first. */
export type SeriesReport = ByTier<number> & {
  readonly stepMs: number
  /** When the oldest began, in milliseconds since 1970. */
  readonly from: number
  readonly failed: readonly number[]
  /** At the end of each step. */
  readonly live: readonly number[]
  readonly inUse: readonly number[]
  /** In milliseconds; `null` where nothing was measured. */
  readonly p50: ByTier<number | null>
  readonly p99: ByTier<number | null>
}

/** The part of the cache's counters that is looked at. */
export type Reading = Pick<AgentCacheStats, 'served' | 'failed' | 'live' | 'inUse' | 'latency'>

interface Step {
  readonly served: Record<(typeof tiers)[number], number>
  readonly failed: number
  readonly live: number
  readonly inUse: number
  readonly p50: Record<(typeof tiers)[number], number | null>
  readonly p99: Record<(typeof tiers)[number], number | null>
}

/** The counters of a cache as they went on, in steps. */
export class Series {
  readonly #stepMs: number
  readonly #length: number
  readonly #steps: Step[] = []
  #before: Reading
  #until: number

  /** `reading` is where it begins, `now` when. */
  constructor({ stepMs, length }: { readonly stepMs: number; readonly length: number }, reading: Reading, now: number) {
    this.#stepMs = stepMs
    this.#length = length
    this.#before = reading
    this.#until = now
  }

  /** A step has gone by. */
  add(reading: Reading, now: number): void {
    this.#steps.push(stepBetween(this.#before, reading))
    if (this.#steps.length > this.#length) this.#steps.shift()
    this.#before = reading
    this.#until = now
  }

  report(): SeriesReport {
    const each = <Value>(pick: (step: Step) => Value): Value[] => this.#steps.map(pick)
    const byTier = <Value>(pick: (step: Step) => Record<(typeof tiers)[number], Value>): ByTier<Value> => ({
      memory: each((step) => pick(step).memory),
      config: each((step) => pick(step).config),
      build: each((step) => pick(step).build),
    })
    return {
      stepMs: this.#stepMs,
      from: this.#until - this.#steps.length * this.#stepMs,
      ...byTier((step) => step.served),
      failed: each((step) => step.failed),
      live: each((step) => step.live),
      inUse: each((step) => step.inUse),
      p50: byTier((step) => step.p50),
      p99: byTier((step) => step.p99),
    }
  }
}

function stepBetween(before: Reading, now: Reading): Step {
  const served = { memory: 0, config: 0, build: 0 }
  const p50: Step['p50'] = { memory: null, config: null, build: null }
  const p99: Step['p99'] = { memory: null, config: null, build: null }
  for (const tier of tiers) {
    served[tier] = now.served[tier] - before.served[tier]
    const histogram = histogramSince(now.latency[tier].histogram, before.latency[tier].histogram)
    if (histogram.length === 0) continue
    p50[tier] = rounded(percentileOf(histogram, 0.5))
    p99[tier] = rounded(percentileOf(histogram, 0.99))
  }
  return { served, failed: now.failed - before.failed, live: now.live, inUse: now.inUse, p50, p99 }
}

/** To what a chart can show: it is told to others, twelve hundred of them at a time. */
function rounded(ms: number): number {
  return Number(ms.toPrecision(3))
}
