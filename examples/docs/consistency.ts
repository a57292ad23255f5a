// docs/consistency.md
import { createAgentCache } from 'rekindle'
import { ManualClock } from 'rekindle/testing'
import { key, options as smallAgents } from './small-agents.ts'

const clock = new ManualClock()
const row = { name: '42' }
/** Every request is chosen, so that few are enough to see it. */
const options = { ...smallAgents, clock, random: () => 0, loadConfig: async () => ({ ...row }) }

const warnings: object[] = []
const log = { warn: (details: object, message: string) => warnings.push({ ...details, message }) }

// #region audit
const agents = createAgentCache({ ...options, auditRate: 0.001 }) // one served request in a thousand

agents.on('audited', ({ outcome, key, served, loaded }) => {
  if (outcome !== 'consistent') log.warn({ outcome, key, served, loaded }, 'audit')
})
const { windows } = agents.stats().audit // of 1, 5 and 10 minutes: { minutes, audited, inconsistent, nines }
// #endregion audit

export { agents, clock, key, row, warnings, windows }
