/** `rekindle/prometheus`: metrics in a registry of `prom-client`. */

export { prometheusMetrics } from './prometheus-metrics.ts'
export type { PrometheusOptions, StatsSource } from './prometheus-metrics.ts'
