import type { JsonSchemaDefinition } from '@openai/agents'
import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import { subAgentInput, taskIn } from '../adapters/sub-agents.ts'
import type { AgentTool, OpenAiAgent } from './openai-agent.ts'

type Strict = Extract<JsonSchemaDefinition['schema'], { readonly additionalProperties: false }>

/**
 * The agent as a tool of another: it gets a task, and its answer is the tool's output. What the SDK would make of a task on its
 * own is built from a schema, anew for every agent and at five times the cost.
 */
export function fromSubAgent<Context>(agent: OpenAiAgent<Context>, config: SubAgentConfig): AgentTool<Context> {
  const { description, maxSteps } = config
  return agent.asTool({
    toolDescription: description,
    parameters: subAgentInput as unknown as Strict,
    inputBuilder: ({ params }) => taskIn(params),
    ...(maxSteps !== undefined && { runOptions: { maxTurns: maxSteps } }),
  })
}
