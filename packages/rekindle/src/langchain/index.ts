/** `rekindle/langchain`: agents of LangChain, made from `rekindle/agent-config`. */

export type { AgentTool, LangChainAgent } from './langchain-agent.ts'
export { type LangChainAgents, langChainAgents, type LangChainOptions, type SharedSettings } from './langchain-agents.ts'
export type { ChatModel, ChatModelFactory } from './chat-model.ts'
export type { Models } from './chat-models.ts'
export type { ModelSettings, WantedModel } from './wanted-model.ts'
export type { ToolContext, ToolFactory, Tools } from '../adapters/tool-registry.ts'
