/** `rekindle/otel`: metrics and spans for OpenTelemetry. */

export { observeAgents } from './observe-agents.ts'
export type { ObserveOptions } from './observe-agents.ts'
