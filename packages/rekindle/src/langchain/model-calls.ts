import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import { type AgentMiddleware, createMiddleware, type ModelRequest } from 'langchain'
import type { AgentDefinition, AgentSettings } from '../agent-config/agent-config.ts'
import { chosenTool, type NamedTool } from '../adapters/named-tool.ts'
import type { AgentTool, LangChainAgent } from './langchain-agent.ts'

type ToolChoice = NonNullable<ModelRequest['toolChoice']>

/** LangGraph's own limit on the steps of a run, of which a model call is one and its tool calls are another. */
const defaultStepLimit = 25

/** What a config says of each model call: which tools it may choose, and how many there may be in a run. */
export function modelCalls(
  { settings: { toolChoice } = {}, maxSteps }: AgentDefinition,
  tools: readonly NamedTool<AgentTool>[],
  path: string,
): AgentMiddleware | undefined {
  if (toolChoice === undefined && maxSteps === undefined) return undefined
  const choice = toolChoice && toolChoiceOf(toolChoice, tools, path)
  return createMiddleware({
    name: 'rekindle',
    wrapModelCall(request, handler) {
      if (maxSteps !== undefined && callsIn(request.state.messages) >= maxSteps) {
        return new AIMessage(`Stopped: this took more than the model calls allowed, which are ${maxSteps}.`)
      }
      // Where there is nothing to choose from, providers refuse a choice.
      return handler(choice === undefined || request.tools.length === 0 ? request : { ...request, toolChoice: choice })
    },
  })
}

/**
 * The model calls of this run: those since somebody last said something. Nothing is counted up, so nothing is left of a run that
 * failed, and one that goes on after an interrupt has the calls it had left.
 */
function callsIn(messages: readonly BaseMessage[]): number {
  const asked = messages.findLastIndex(({ type }) => type === 'human')
  return messages.slice(asked + 1).filter(({ type }) => type === 'ai').length
}

function toolChoiceOf(
  choice: NonNullable<AgentSettings['toolChoice']>,
  tools: readonly NamedTool<AgentTool>[],
  path: string,
): ToolChoice {
  // Every chat model of LangChain knows these words and a tool's bare name; the type knows OpenAI's, which others misread.
  if (choice === 'required') return 'any' as ToolChoice
  return typeof choice === 'string' ? choice : (chosenTool(tools, choice.tool, path).name as ToolChoice)
}

/** Steps of a run after which LangGraph ends it: never before `maxSteps` model calls. */
export function stepLimitOf(
  maxSteps: number | undefined,
  middleware: NonNullable<LangChainAgent['options']['middleware']>,
): number {
  if (maxSteps === undefined) return defaultStepLimit
  const hooks = middleware.flatMap((one) => [one.beforeAgent, one.beforeModel, one.afterModel, one.afterAgent])
  const stepsPerCall = 2 + hooks.filter((hook) => hook !== undefined).length
  // The call after the last is the one that ends the run.
  return Math.max(defaultStepLimit, (maxSteps + 1) * stepsPerCall)
}

export function withStepLimit(agent: LangChainAgent, recursionLimit: number): LangChainAgent {
  return recursionLimit === defaultStepLimit ? agent : agent.withConfig({ recursionLimit })
}
