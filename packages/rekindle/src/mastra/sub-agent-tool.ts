import {
  MASTRA_INHERITED_MEMORY_KEY,
  MASTRA_RESOURCE_ID_KEY,
  MASTRA_THREAD_ID_KEY,
  RequestContext,
} from '@mastra/core/request-context'
import { createTool } from '@mastra/core/tools'
import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import { subAgentInput } from '../adapters/sub-agents.ts'
import { checked } from './json-schema.ts'
import type { AgentTool, MastraAgent } from './mastra-agent.ts'

const inputSchema = checked(subAgentInput)

/** What a request context says about the conversation, of which a sub-agent sees nothing. */
const aboutTheThread = new Set<string>([
  MASTRA_THREAD_ID_KEY,
  MASTRA_RESOURCE_ID_KEY,
  MASTRA_INHERITED_MEMORY_KEY,
  'MastraMemory',
])

/**
 * The agent as a tool of another: it gets a task, and its answer is the tool's output. It works for the same request, within the
 * same trace. (Mastra's own `agents` would be called otherwise and see the conversation.)
 */
export function fromSubAgent(name: string, agent: MastraAgent, { description, outputSchema }: SubAgentConfig): AgentTool {
  return createTool({
    id: `sub-agent:${name}`,
    description,
    inputSchema,
    async execute(task, { abortSignal, requestContext, tracingContext, actor }) {
      const { input } = task as { readonly input: string }
      const result = await agent.generate(input, {
        requestContext: ofTheSameRequest(requestContext),
        ...(abortSignal !== undefined && { abortSignal }),
        ...(tracingContext !== undefined && { tracingContext }),
        ...(actor !== undefined && { actor }),
      })
      return answerOf(name, result, outputSchema === undefined ? result.text : result.object)
    },
  })
}

type Result = Awaited<ReturnType<MastraAgent['generate']>>

/** What Mastra takes for an answer although there is none: without data, the asking agent would end there and then. */
function answerOf(name: string, { finishReason, tripwire }: Result, answer: unknown): unknown {
  if (finishReason === 'suspended') throw new Error(`'${name}' waits for an approval that nobody can give it here.`)
  if (tripwire !== undefined) throw new Error(`'${name}' was stopped: ${tripwire.reason}`)
  if (answer === undefined || answer === '') throw new Error(`'${name}' ended without an answer.`)
  return answer
}

function ofTheSameRequest(context = new RequestContext()): RequestContext {
  return new RequestContext([...context.entries()].filter(([key]) => !aboutTheThread.has(String(key))))
}
