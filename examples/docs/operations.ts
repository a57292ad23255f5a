// docs/operations.md
import { createAgentCache } from 'rekindle'
import { key, options } from './small-agents.ts'

const agents = createAgentCache(options)
await agents.use(key, (agent) => agent.greet())

// #region look
agents.stats() // this process: what was served from where, how fast, how the store does
agents.liveAgents({ limit: 20 }) // in memory here: those in use, then the latest used
await agents.explain(key) // where one key stands, here and in the store, and how it came to that
await agents.workers.stats() // all workers of the namespace, on all machines
await agents.workers.explain(key)
// #endregion look

export { agents, key }
