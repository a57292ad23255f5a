/** `rekindle/advisor`: which times to live and sizes to set, from the requests that were seen. */

export { type Advice, adviseOn, predictOn } from './advice.ts'
export { type Advisor, createAdvisor } from './advisor.ts'
export type { AdvisorOptions, AutoTune } from './advisor-options.ts'
export { type FactOptions, type Facts, factsFrom } from './facts.ts'
export type { Prediction } from './prediction.ts'
export type { Recordings } from './predictor.ts'
export { readTrace } from './read-trace.ts'
export type { Recommendation, Targets } from './recommend.ts'
export { TraceError } from '../errors.ts'
