// docs/telemetry.md
import { Registry } from 'prom-client'
import { createAgentCache } from 'rekindle'
import { prometheusMetrics } from 'rekindle/prometheus'
import { key, options } from './small-agents.ts'

const register = new Registry()
const agents = createAgentCache(options)

// #region workers
prometheusMetrics(async () => (await agents.workers.stats()).workers.map(({ stats }) => stats), { registry: register })
// #endregion workers

export { agents, key, register }
