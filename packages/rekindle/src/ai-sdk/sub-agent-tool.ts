import { jsonSchema, tool } from 'ai'
import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import { subAgentInput } from '../adapters/sub-agents.ts'
import type { AgentTool, AiSdkAgent } from './ai-sdk-agent.ts'

/** The agent as a tool of another: it gets a task, and its answer is the tool's output. */
export function fromSubAgent(agent: AiSdkAgent, { description, outputSchema }: SubAgentConfig): AgentTool {
  return tool({
    description,
    inputSchema: jsonSchema<{ input: string }>(subAgentInput),
    async execute({ input }, { abortSignal }) {
      const result = await agent.generate({ prompt: input, ...(abortSignal !== undefined && { abortSignal }) })
      return outputSchema === undefined ? result.text : (result.output as unknown)
    },
  })
}
