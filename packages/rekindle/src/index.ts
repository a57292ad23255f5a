/** `rekindle`: the cache itself. Live agents in memory, their configs in a shared store, a full build behind both. */

export { createAgentCache } from './create-agent-cache.ts'
export { createInvalidator } from './create-invalidator.ts'
export type { InvalidatorOptions } from './create-invalidator.ts'
export type { Invalidator } from './store/open-invalidator.ts'
export type { AgentCache } from './agent-cache.ts'
export type { AgentKey, KeyField, ScopedKey } from './agent-key.ts'
export type { Clock, Timer } from './clock.ts'
export type { ConfigStore } from './store/config-store.ts'
export type { JsonObject, JsonValue } from './agent-config/json-value.ts'
export type { ConfigStanding, StoredConfig } from './config/config-inspection.ts'
export type { StandardSchema } from './config/standard-schema.ts'
export {
  AcquireTimeoutError,
  AgentNotFoundError,
  BuildTimeoutError,
  CacheClosedError,
  InvalidationFailedError,
  InvalidationUnconfirmedError,
  InvalidConfigError,
  InvalidKeyError,
  InvalidOptionsError,
  InvalidTargetError,
  QueueFullError,
  RekindleError,
  StoreTimeoutError,
} from './errors.ts'
export type { ConfigIssue, RekindleErrorCode } from './errors.ts'
export { mergeAudits } from './audit/merge-audits.ts'
export type { AuditFinding, AuditOutcome, AuditSummary, AuditWindow } from './audit/audit-summary.ts'
export type { AgentCacheEvents, CacheIdentity, EventListener, EventMessage, EventName } from './events.ts'
export { eventChannel, eventNames } from './events.ts'
export type { Explanation, LastInvalidation, MemoryStanding } from './explain/explanation.ts'
export type { Happening } from './explain/timeline.ts'
export { histogramSince, type LatencyHistogram, mergeHistograms, percentileOf } from './counts/histogram.ts'
export type { LatencySummary } from './counts/latency.ts'
export type { Lease, LeaseTimings } from './live/lease.ts'
export type { LiveAgentSummary } from './live/live-summary.ts'
export type { MemoryReading, MemoryUse } from './live/pressure/memory-reading.ts'
export type {
  AcquireOptions,
  AgentCacheOptions,
  CommonOptions,
  CreateContext,
  InvalidateOptions,
  InvalidationTarget,
  LiveOptions,
  LoadContext,
  OpaqueBuild,
  TwoPhaseBuild,
} from './options.ts'
export type { ConfigRefusal, MissReason, RemovalCause } from './reasons.ts'
export { configRefusals, missReasons, removalCauses } from './reasons.ts'
export type { StoreHealth } from './resilience/store-health.ts'
export type { CacheSettings } from './settings.ts'
export type { AgentCacheStats } from './counts/stats.ts'
export { operationChannel, type OperationMessage, type OperationName, operationNames } from './tracing.ts'
export type { RecordingPage, RequestMark, RequestWatch, RequestWatcher, WatchedCache } from './watch/watcher.ts'
export type {
  AskOptions,
  RecordingOptions,
  Workers,
  WorkersExplanation,
  WorkersRecordings,
  WorkersStats,
} from './workers/workers.ts'
