import type { ClientTool, ServerTool } from '@langchain/core/tools'
import type { ReactAgent } from 'langchain'

/**
 * A live agent: `agent.invoke({ messages })`, `agent.stream({ messages }, { streamMode: 'messages' })`. It keeps nothing of a
 * run, so runs may overlap.
 */
export type LangChainAgent = ReactAgent

/** What `tool(…)` makes, or a tool that the provider runs: `{ type: 'web_search' }`. */
export type AgentTool = ClientTool | ServerTool
