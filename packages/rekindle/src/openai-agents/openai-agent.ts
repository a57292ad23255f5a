import type { Agent, JsonSchemaDefinition, TextOutput, Tool } from '@openai/agents'

/**
 * A live agent: `run(agent, input)`. It keeps nothing of a run, so runs may overlap. Its answer is a text, or the data that its
 * `outputSchema` describes. `Context` is what its runs are given and its tools get to see.
 */
export type OpenAiAgent<Context = unknown> = Agent<Context, TextOutput | JsonSchemaDefinition>

/** A tool of the OpenAI Agents SDK: `tool({ … })`, or one that the provider runs. */
export type AgentTool<Context = unknown> = Tool<Context>
