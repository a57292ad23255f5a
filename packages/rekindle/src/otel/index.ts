export { observeAgents } from './observe-agents.ts'
export type { ObserveOptions } from './observe-agents.ts'
