// docs/advisor.md
import { createAgentCache } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'
import { key, options } from './small-agents.ts'

const agents = createAgentCache({ ...options, advisor: createAdvisor() })
for (let turn = 0; turn < 3; turn++) await agents.use(key, (agent) => agent.greet())

// #region fleet
import { adviseOn, factsFrom } from 'rekindle/advisor'

const { recordings } = await agents.workers.recordings()
const { workers } = await agents.workers.stats()
const recorded = new Set(recordings.map(({ worker }) => worker))
const counted = workers.filter(({ worker }) => recorded.has(worker)) // only workers that have a recording
const live = recordings.map(({ page }) => page)
const advice = await adviseOn({ live, config: 'live' }, factsFrom(counted.map(({ stats }) => stats)))
// #endregion fleet

export { advice, agents }
