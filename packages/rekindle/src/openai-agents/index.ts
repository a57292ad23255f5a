/** `rekindle/openai-agents`: agents of the OpenAI Agents SDK, made from `rekindle/agent-config`. */

export type { AgentTool, OpenAiAgent } from './openai-agent.ts'
export { type OpenAiAgents, openAiAgents, type OpenAiAgentsOptions } from './openai-agents.ts'
export type { SharedSettings } from './agent-settings.ts'
export type { Models } from './agent-models.ts'
export { run, type RunInput, type RunOptions, type StreamOptions } from './run.ts'
export type { ToolContext, ToolFactory, Tools } from '../adapters/tool-registry.ts'
