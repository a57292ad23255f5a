import type { Agent, AgentConfig, AgentExecutionOptions, ToolsInput } from '@mastra/core/agent'

/**
 * A live agent: `agent.generate('…')`, `agent.stream(messages, { memory, requestContext, … })`. It keeps nothing of a run, so
 * runs may overlap. The `object` of an answer is there if the config has an `outputSchema`.
 */
export type MastraAgent = Agent<string, ToolsInput, unknown>

/** A tool that an agent of Mastra can be given: `createTool({ … })`. */
export type AgentTool = ToolsInput[string]

/** What it is made of. */
export type AgentOptions = AgentConfig<string, ToolsInput, unknown>

/** What its runs start from. */
export type DefaultOptions = AgentExecutionOptions<unknown>
