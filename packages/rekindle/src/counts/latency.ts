import { type LatencyHistogram, percentileOf } from './histogram.ts'

/** Steps per doubling: a reported percentile is at most 19 % above the true one. */
const resolution = 4
/** The lowest bucket ends at 2^-4 µs, the highest at 2^28 µs (4.5 minutes). */
const lowest = -4
const buckets = (28 - lowest) * resolution

/** In milliseconds, since the cache was made. */
export interface LatencySummary {
  /** How many were measured; of memory hits, one in 128 is. */
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Of all measured together. */
  readonly sum: number
  readonly histogram: LatencyHistogram
}

/** A histogram of durations with exponential buckets: fixed memory, no allocation per value. */
export class Latency {
  readonly #counts = new Uint32Array(buckets)
  #count = 0
  #max = 0
  #sum = 0

  record(ms: number): void {
    const step = Math.ceil((Math.log2(ms * 1000) - lowest) * resolution)
    const bucket = Math.min(buckets - 1, Math.max(0, step))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#sum += ms
    if (ms > this.#max) this.#max = ms
  }

  summary(): LatencySummary {
    const histogram = this.#histogram()
    const percentile = (part: number) => Math.min(this.#max, percentileOf(histogram, part))
    return { count: this.#count, p50: percentile(0.5), p99: percentile(0.99), max: this.#max, sum: this.#sum, histogram }
  }

  #histogram(): LatencyHistogram {
    const histogram: [number, number][] = []
    this.#counts.forEach((count, bucket) => {
      if (count > 0) histogram.push([2 ** (bucket / resolution + lowest) / 1000, count])
    })
    return histogram
  }
}
