// docs/telemetry.md
import { createAgentCache } from 'rekindle'
import { key, options } from './small-agents.ts'

const agents = createAgentCache(options)

// #region observe
import { observeAgents } from 'rekindle/otel'

const stop = observeAgents(agents) // with the global providers; or { meterProvider, tracerProvider }
// #endregion observe

export { agents, key, stop }
