import type { ToolLoopAgent, ToolSet } from 'ai'

/** A live agent: `agent.generate({ prompt })`, `agent.stream({ messages })`. It keeps nothing of a run, so runs may overlap. */
export type AiSdkAgent = ToolLoopAgent<never, ToolSet>

/** A tool of the AI SDK: `tool({ … })`. */
export type AgentTool = ToolSet[string]
