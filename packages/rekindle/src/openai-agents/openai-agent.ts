import type { Agent, JsonSchemaDefinition, TextOutput, Tool } from '@openai/agents'

/**
 * A live agent: `run(agent, input)`. It keeps nothing of a run, so runs may overlap. Its answer is a text, or the data that its
 * `outputSchema` describes. `Context` is what its runs are given and its tools get to see.
 */
export type OpenAiAgent<Context = unknown> = Agent<Context, TextOutput | JsonSchemaDefinition>

export type AgentTool<Context = unknown> = Tool<Context>
