import { channel, tracingChannel } from 'node:diagnostics_channel'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { eventChannel, eventNames, operationChannel, operationNames } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'
import { observeAgents } from 'rekindle/otel'
import type { Benchmark } from './benchmark.ts'
import { type Cache, filledCache, hitComparisons, slices } from './memory-hits.ts'

const plain = 'not watched'
const plainAgain = 'not watched, another cache'
const audited = 'auditRate 0.001'
const advised = 'with an advisor'
const metered = 'with OpenTelemetry metrics'
const traced = 'with OpenTelemetry metrics and spans'

/** What a memory hit costs more when somebody watches. */
export const watching: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const providers = [meterProvider(), meterProvider()] as const
    const tracerProvider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })],
    })
    const caches: { readonly name: string; readonly cache: Cache }[] = [
      { name: plain, cache: await filledCache() },
      { name: plainAgain, cache: await filledCache() },
      { name: audited, cache: await filledCache({ auditRate: 0.001 }) },
      { name: advised, cache: await filledCache({ advisor: createAdvisor() }) },
      { name: metered, cache: await filledCache() },
      { name: traced, cache: await filledCache({ namespace: 'traced' }) },
    ]
    const cacheOf = (name: string) => caches.find((each) => each.name === name)!.cache
    const stops = [
      observeAgents(cacheOf(metered), { meterProvider: providers[0] }),
      observeAgents(cacheOf(traced), { meterProvider: providers[1], tracerProvider }),
    ]
    return {
      comparisons: hitComparisons(caches, batchMs, {
        title: 'watched and not',
        targets: [
          { of: advised, to: plain, atMost: 1.02 },
          { of: metered, to: plain, atMostMore: 1_000 },
          { of: traced, to: plain, atMostMore: 1_000 },
        ],
        notes: [
          'An advisor notes each agent at most once a second. OpenTelemetry collects and exports to memory once a second.',
          'Messages of all caches of a process go through the same channels, so here every row has their subscribers.',
          `A round is ${slices} short batches of each, in turns. "${plainAgain}" ÷ "${plain}" is the noise.`,
        ],
      }),
      async end() {
        for (const stop of stops) stop()
        for (const provider of providers) await provider.shutdown()
        for (const { cache } of caches) await cache.close({ drainMs: 0 })
        for (const name of eventNames)
          if (channel(eventChannel(name)).hasSubscribers) throw new Error(`${name} is still listened to`)
        for (const name of operationNames)
          if (tracingChannel(operationChannel(name)).hasSubscribers) throw new Error(`${name} is still traced`)
      },
    }
  },
}

function meterProvider(): MeterProvider {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  return new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000 })] })
}
