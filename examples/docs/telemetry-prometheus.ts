// docs/telemetry.md
import { createAgentCache } from 'rekindle'
import { key, options } from './small-agents.ts'

const agents = createAgentCache(options)

// #region scrape
import { register } from 'prom-client'
import { prometheusMetrics } from 'rekindle/prometheus'

const stop = prometheusMetrics(agents, { registry: register })
// where you answer scrapes: response.end(await register.metrics())
// #endregion scrape

export { agents, key, register, stop }
