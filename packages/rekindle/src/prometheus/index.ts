export { prometheusMetrics } from './prometheus-metrics.ts'
export type { PrometheusOptions, StatsSource } from './prometheus-metrics.ts'
