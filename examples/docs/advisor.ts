// docs/advisor.md
import { key, options } from './small-agents.ts'

// #region advise
import { createAgentCache } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'

const advisor = createAdvisor({ memoryTarget: 0.9, target: 0.99 })
const agents = createAgentCache({ ...options, advisor })

const advice = await advisor.advise()
const { current } = advice // as it is
const { prediction, why } = advice.recommended // the cheapest setting that reaches the targets
const { caution } = advice // why it is not to be relied on yet
// #endregion advise

export { advice, advisor, agents, caution, current, key, prediction, why }
