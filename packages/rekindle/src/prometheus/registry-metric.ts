import type { Metric } from 'prom-client'
import type { DurationMetric, NumberMetric } from '../telemetry/metrics.ts'
import { prometheusName } from './metric-name.ts'
import type { Sample } from './samples.ts'
import type { Scrape } from './scrape.ts'

/**
 * What a registry asks of a metric, and no more. prom-client's own would count anew: theirs are counted up by events, these are
 * read; and a histogram of theirs cannot be set to what others have counted.
 */
class RegistryMetric {
  /** A registry of OpenMetrics changes it. */
  name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly aggregator = 'sum'
  readonly #name: string
  readonly #scrape: Scrape

  constructor(metric: Pick<NumberMetric | DurationMetric, 'name' | 'unit' | 'kind' | 'help'>, scrape: Scrape) {
    this.#name = prometheusName(metric)
    this.#scrape = scrape
    this.name = this.#name
    this.help = metric.help
    this.type = metric.kind
  }

  async get(): Promise<{ name: string; help: string; type: string; aggregator: string; values: readonly Sample[] }> {
    const values = (await this.#scrape.read()).get(this.#name) ?? []
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values }
  }

  /** Counts are the cache's own: they stay. */
  reset(): void {}
}

/** As a registry takes it. */
export function registryMetric(
  metric: Pick<NumberMetric | DurationMetric, 'name' | 'unit' | 'kind' | 'help'>,
  scrape: Scrape,
): Metric {
  return new RegistryMetric(metric, scrape) as unknown as Metric
}
