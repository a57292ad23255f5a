import { jsonSchema, tool } from 'ai'
import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import { subAgentInput, taskIn } from '../adapters/sub-agents.ts'
import type { AgentTool, AiSdkAgent } from './ai-sdk-agent.ts'

/** The agent as a tool of another: it gets a task, and its answer is the tool's output. */
export function fromSubAgent(name: string, agent: AiSdkAgent, { description, outputSchema }: SubAgentConfig): AgentTool {
  return tool({
    description,
    inputSchema: jsonSchema<unknown>(subAgentInput),
    async execute(task, { abortSignal }) {
      const result = await agent.generate({ prompt: taskIn(task), ...(abortSignal !== undefined && { abortSignal }) })
      if (outputSchema !== undefined) return result.output as unknown
      if (result.text === '') throw new Error(`'${name}' ended without an answer.`)
      return result.text
    },
  })
}
