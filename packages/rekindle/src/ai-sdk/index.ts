/** `rekindle/ai-sdk`: agents of the AI SDK, made from `rekindle/agent-config`. */

export { type AiSdkAgent, type AiSdkAgents, aiSdkAgents, type AiSdkOptions } from './ai-sdk-agents.ts'
export type { SharedSettings } from './agent-settings.ts'
export type { AgentTool, ToolContext, ToolFactory, Tools } from './agent-tools.ts'
export type { ModelProvider, Models } from './language-models.ts'
