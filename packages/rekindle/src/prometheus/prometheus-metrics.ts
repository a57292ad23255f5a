import type { Metric, Registry } from 'prom-client'
import type { AgentCacheStats } from '../counts/stats.ts'
import { durations, failedReads, numbers } from '../telemetry/metrics.ts'
import { prometheusName } from './metric-name.ts'
import { registryMetric } from './registry-metric.ts'
import { Scrape, type Source } from './scrape.ts'

/** The options of {@link prometheusMetrics}. */
export interface PrometheusOptions {
  /** prom-client's: its own `register`, or one that you make. */
  readonly registry: Pick<Registry, 'registerMetric' | 'getSingleMetric' | 'removeSingleMetric'>
  /** How long a scrape waits for the numbers. Those that are not there then are left out of it. Default 5 000. */
  readonly timeoutMs?: number
  /** Told why numbers are missing. They are counted in any case: `rekindle_scrape_failures_total`. */
  readonly onError?: (error: unknown) => void
}

/** A cache, for its own numbers; or a function, for those of many: it is called once for each scrape. */
export type StatsSource = { stats(): AgentCacheStats } | (() => Iterable<AgentCacheStats> | Promise<Iterable<AgentCacheStats>>)

interface Registration {
  readonly scrape: Scrape
  readonly metrics: ReadonlyMap<string, Metric>
}

/** A metric stands in a registry once, for all caches: they are told apart by their labels. */
const registrations = new WeakMap<PrometheusOptions['registry'], Registration>()

/**
 * Puts all metrics of a cache, or of several, into a registry. What is scraped is `stats()` as it is then; nothing is done
 * meanwhile. Call it once for each cache. Returns the function that takes them out again.
 *
 * Throws what the registry does if it has other metrics of these names.
 */
export function prometheusMetrics(
  source: StatsSource,
  { registry, timeoutMs = 5_000, onError = () => {} }: PrometheusOptions,
): () => void {
  const registration = registrations.get(registry) ?? newRegistration()
  register(registry, registration)
  registrations.set(registry, registration)
  const read = typeof source === 'function' ? source : () => [source.stats()]
  const { sources } = registration.scrape
  const added: Source = { read, timeoutMs, onError }
  sources.add(added)
  return () => {
    if (sources.delete(added) && sources.size === 0) unregister(registry, registration)
  }
}

function newRegistration(): Registration {
  const scrape = new Scrape()
  const all = [...numbers, ...durations, failedReads]
  return { scrape, metrics: new Map(all.map((metric) => [prometheusName(metric), registryMetric(metric, scrape)])) }
}

/** All or none. Those that are there stay as they are. */
function register(registry: PrometheusOptions['registry'], registration: Registration): void {
  try {
    for (const [name, metric] of registration.metrics) {
      if (registry.getSingleMetric(name) !== metric) registry.registerMetric(metric)
    }
  } catch (error) {
    if (registration.scrape.sources.size === 0) unregister(registry, registration)
    throw error
  }
}

function unregister(registry: PrometheusOptions['registry'], { metrics }: Registration): void {
  registrations.delete(registry)
  for (const [name, metric] of metrics) if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name)
}
