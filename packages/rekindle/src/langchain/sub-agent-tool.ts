import { tool } from '@langchain/core/tools'
import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import { subAgentInput } from '../adapters/sub-agents.ts'
import type { AgentTool, LangChainAgent } from './langchain-agent.ts'

/** A copy, since LangChain's validator leaves marks in schemas. */
const schema = structuredClone(subAgentInput)

/** The agent as a tool of another: it gets a task, and its answer is what the tool gives. */
export function fromSubAgent(
  name: string,
  { description, outputSchema }: SubAgentConfig,
  agent: LangChainAgent,
  recursionLimit: number,
): AgentTool {
  return tool(
    async ({ input }: { input: string }) => {
      // LangChain runs it within the run that it was called from: with its signal and its callbacks, apart from its stream.
      // And with its limit of steps, if it had none of its own.
      const result = await agent.invoke({ messages: [{ role: 'user', content: input }] }, { recursionLimit })
      const text = result.messages.at(-1)?.text ?? ''
      if (outputSchema === undefined) return text
      if (result.structuredResponse === undefined) throw new Error(text)
      return JSON.stringify(result.structuredResponse)
    },
    { name, description, schema },
  )
}
