import type { NumberMetric, DurationMetric } from '../telemetry/metrics.ts'

/** Prometheus' name of a metric, by the rules that OpenTelemetry has for it: `rekindle_requests_total`. */
export function prometheusName({ name, unit, kind }: Pick<NumberMetric | DurationMetric, 'name' | 'unit' | 'kind'>): string {
  return [name.replaceAll('.', '_'), ...(unit === 's' ? ['seconds'] : []), ...(kind === 'counter' ? ['total'] : [])].join('_')
}
