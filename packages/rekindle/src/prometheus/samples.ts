import type { AgentCacheStats } from '../counts/stats.ts'
import { cumulative, durationEdges } from '../telemetry/duration-edges.ts'
import { durations, numbers, type Reading } from '../telemetry/metrics.ts'
import { prometheusName } from './metric-name.ts'

/** A line of what is scraped, as prom-client has it. */
export interface Sample {
  /** Where it is not that of the metric. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** By the name of the metric. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

/** All that one cache counts. */
export function samplesOf(stats: AgentCacheStats): Samples {
  const { namespace, worker } = stats
  const samples = new Map<string, Sample[]>()
  const labelsOf = (attribute: string | undefined, { of }: Reading<unknown>) =>
    attribute === undefined || of === undefined ? { namespace, worker } : { namespace, worker, [attribute]: of }

  for (const metric of numbers) {
    const readings = metric.read(stats)
    samples.set(
      prometheusName(metric),
      readings.map((reading) => ({ labels: labelsOf(metric.attribute, reading), value: reading.value })),
    )
  }
  for (const metric of durations) {
    const name = prometheusName(metric)
    samples.set(
      name,
      metric.read(stats).flatMap((reading) => {
        const { count, sum, histogram } = reading.value
        const labels = labelsOf(metric.attribute, reading)
        const counts = cumulative(histogram)
        const buckets = durationEdges.map((edge, at) => ({ le: String(edge), value: counts[at] ?? 0 }))
        return [
          ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
            metricName: `${name}_bucket`,
            labels: { ...labels, le },
            value,
          })),
          { metricName: `${name}_sum`, labels, value: sum / 1000 },
          { metricName: `${name}_count`, labels, value: count },
        ]
      }),
    )
  }
  return samples
}
