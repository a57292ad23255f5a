/** `rekindle/mastra`: agents of Mastra, made from `rekindle/agent-config`. */

export type { SharedSettings } from './agent-settings.ts'
export type { LanguageModel, ModelProvider, Models } from './language-models.ts'
export type { AgentTool, MastraAgent } from './mastra-agent.ts'
export { type MastraAgents, mastraAgents, type MastraOptions } from './mastra-agents.ts'
export type { ToolContext, ToolFactory, Tools } from '../adapters/tool-registry.ts'
