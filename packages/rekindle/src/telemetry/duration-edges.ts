import type { LatencyHistogram } from '../counts/histogram.ts'

/** The powers of 4 µs from 1/4 µs to 67 s. They are edges of the caches' own buckets too, so nothing is estimated. */
const edgesInUs = Array.from({ length: 15 }, (_, step) => 4 ** (step - 1))

/** In seconds. */
export const durationEdges: readonly number[] = edgesInUs.map((us) => us / 1e6)

/** How many took up to each of {@link durationEdges}. */
export function cumulative(histogram: LatencyHistogram): number[] {
  return edgesInUs.map((us) => histogram.reduce((sum, [upToMs, count]) => (upToMs <= us / 1000 ? sum + count : sum), 0))
}
