// docs/advisor.md
/* oxlint-disable no-unused-expressions -- they are what there is to be seen */
import { key, options } from './small-agents.ts'

// #region advise
import { createAgentCache } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'

const advisor = createAdvisor({ memoryTarget: 0.9, target: 0.99 })
const agents = createAgentCache({ ...options, advisor })

const advice = await advisor.advise()
advice.current // as it is
advice.recommended.prediction // the cheapest setting that reaches the targets
advice.recommended.why
advice.caution // why it is not to be relied on yet
// #endregion advise

export { advice, advisor, agents, key }
