/**
 * How many of something took how long, in buckets: `[upToMs, count]`, in ascending order and without empty ones. A count is of
 * what took up to `upToMs`, and longer than the bucket before. All histograms have the same edges, so workers can be added up; counts
 * only grow, so an interval is the difference of two readings.
 */
export type LatencyHistogram = readonly (readonly [upToMs: number, count: number])[]

/**
 * What `part` (0.99: the 99th percentile) of `histogram` took at most, in milliseconds: the upper edge of its bucket, at most 19 %
 * above the true one. 0 if there is nothing in it.
 */
export function percentileOf(histogram: LatencyHistogram, part: number): number {
  let remaining = Math.ceil(countOf(histogram) * part)
  for (const [upToMs, count] of histogram) {
    remaining -= count
    if (remaining <= 0) return upToMs
  }
  return 0
}

/** The histogram of all together: that of a fleet from those of its workers. */
export function mergeHistograms(histograms: Iterable<LatencyHistogram>): LatencyHistogram {
  const counts = new Map<number, number>()
  for (const histogram of histograms) {
    for (const [upToMs, count] of histogram) counts.set(upToMs, (counts.get(upToMs) ?? 0) + count)
  }
  return [...counts].sort(([one], [other]) => one - other)
}

/** What was measured between two readings of one worker. If `before` is of a process that has ended since, all of `now`. */
export function histogramSince(now: LatencyHistogram, before: LatencyHistogram): LatencyHistogram {
  const counts = new Map(now)
  for (const [upToMs, count] of before) {
    const left = (counts.get(upToMs) ?? 0) - count
    if (left < 0) return now
    counts.set(upToMs, left)
  }
  return [...counts].filter(([, count]) => count > 0)
}

function countOf(histogram: LatencyHistogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0)
}
