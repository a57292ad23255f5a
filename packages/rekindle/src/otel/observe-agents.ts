import { type Attributes, type MeterProvider, metrics, trace, type TracerProvider } from '@opentelemetry/api'
import type { AgentKey } from '../agent-key.ts'
import type { CacheIdentity } from '../events.ts'
import type { AgentCacheStats } from '../counts/stats.ts'
import { recordDurations } from './durations.ts'
import { observeNumbers } from './instruments.ts'
import { traceSpans } from './spans.ts'

/** The options of {@link observeAgents}. */
export interface ObserveOptions {
  /** Default: OpenTelemetry's global one. It must have been set up before. */
  readonly meterProvider?: MeterProvider
  /** Default: OpenTelemetry's global one. */
  readonly tracerProvider?: TracerProvider
  /**
   * More attributes for each span. The key has the fields that the operation depends on; of these, only the agent is recorded
   * without this.
   */
  readonly attributesOf?: (key: Partial<AgentKey>) => Attributes
}

/** The instrumentation scope of all that is recorded here. */
const scope = 'rekindle'

/**
 * Records a cache with OpenTelemetry: all that it counts, how long things take, and a span for each request that memory could not
 * serve at once, with what was done for it. Returns the function that ends it.
 *
 * Nothing that fails here costs a request its agent.
 */
export function observeAgents(agents: { stats(): AgentCacheStats }, options: ObserveOptions = {}): () => void {
  const { meterProvider = metrics, tracerProvider = trace, attributesOf } = options
  const { namespace, worker } = agents.stats()
  const identity = { namespace, worker }
  const isOwn = (message: CacheIdentity) => message.worker === worker && message.namespace === namespace
  const meter = meterProvider.getMeter(scope)
  const stops = [
    observeNumbers(meter, { stats: () => agents.stats(), identity }),
    recordDurations(meter, identity, isOwn),
    traceSpans({ isOwn, tracer: tracerProvider.getTracer(scope), attributesOf }),
  ]
  return () => stops.splice(0).forEach((stop) => stop())
}
