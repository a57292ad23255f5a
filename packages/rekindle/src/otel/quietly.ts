import { diag } from '@opentelemetry/api'

/**
 * Telemetry costs no request its agent: what exporters, samplers and span processors throw goes to OpenTelemetry's own log. (Thrown in
 * a channel's subscriber, it would end the process.)
 */
export function quietly<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    try {
      diag.error('rekindle/otel', error)
    } catch {
      // The log has failed too: there is nobody left to tell.
    }
    return undefined
  }
}
