import type { Attributes, Meter, MetricOptions, Observable, ObservableResult } from '@opentelemetry/api'
import type { CacheIdentity } from '../events.ts'
import type { AgentCacheStats } from '../counts/stats.ts'
import { durationEdges } from '../telemetry/duration-edges.ts'
import { type DurationMetric, numbers, type NumberMetric, type Reading } from '../telemetry/metrics.ts'

function optionsOf({ unit, help }: NumberMetric | DurationMetric): MetricOptions {
  return { description: help, ...(unit !== '' && { unit }) }
}

/** Counters and gauges: `stats()` is read once for each collection, and at no other time. Returns the function that ends it. */
export function observeNumbers(
  meter: Meter,
  { stats, identity }: { readonly stats: () => AgentCacheStats; readonly identity: CacheIdentity },
): () => void {
  const instruments = new Map<Observable, NumberMetric>()
  for (const metric of numbers) {
    const { name, kind } = metric
    const create = kind === 'counter' ? 'createObservableCounter' : 'createObservableGauge'
    instruments.set(meter[create](name, optionsOf(metric)), metric)
  }
  const { namespace, worker } = identity
  const attributesOf = (metric: NumberMetric, { of }: Reading<number>): Attributes =>
    metric.attribute === undefined || of === undefined ? { namespace, worker } : { namespace, worker, [metric.attribute]: of }

  const observe = (result: { observe(instrument: Observable, ...given: Parameters<ObservableResult['observe']>): void }) => {
    const now = stats()
    for (const [instrument, metric] of instruments) {
      for (const reading of metric.read(now)) result.observe(instrument, reading.value, attributesOf(metric, reading))
    }
  }
  const observed = [...instruments.keys()]
  meter.addBatchObservableCallback(observe, observed)
  return () => meter.removeBatchObservableCallback(observe, observed)
}

/** The function that records a duration in milliseconds. */
export function durationRecorder(
  meter: Meter,
  metric: DurationMetric,
  { namespace, worker }: CacheIdentity,
): (ms: number, of?: string) => void {
  const advice = { explicitBucketBoundaries: [...durationEdges] }
  const histogram = meter.createHistogram(metric.name, { ...optionsOf(metric), advice })
  return (ms, of) =>
    histogram.record(ms / 1000, {
      namespace,
      worker,
      ...(metric.attribute !== undefined && of !== undefined && { [metric.attribute]: of }),
    })
}
