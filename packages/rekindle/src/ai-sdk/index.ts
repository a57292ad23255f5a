/** `rekindle/ai-sdk`: agents of the AI SDK, made from `rekindle/agent-config`. */

export type { AgentTool, AiSdkAgent } from './ai-sdk-agent.ts'
export { type AiSdkAgents, aiSdkAgents, type AiSdkOptions } from './ai-sdk-agents.ts'
export type { SharedSettings } from './agent-settings.ts'
export type { ModelProvider, Models } from './language-models.ts'
export type { ToolContext, ToolFactory, Tools } from '../adapters/tool-registry.ts'
