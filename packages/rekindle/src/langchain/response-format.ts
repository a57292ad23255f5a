import { type ProviderStrategy, providerStrategy, type ToolStrategy, toolStrategy } from 'langchain'
import type { JsonObject } from '../agent-config/json-value.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { assertDistinct, type NamedTool } from '../adapters/named-tool.ts'
import { isStrict, outputName } from '../adapters/output-schema.ts'
import type { ChatModel } from './chat-model.ts'
import type { AgentTool } from './langchain-agent.ts'

/** LangChain's type; whatever else an answer could be, providers take only objects. */
type AnswerSchema = JsonObject & { readonly type: 'object' }

/** A copy, since LangChain's validator leaves marks in schemas, and those of a config are frozen. */
const copyOf = (schema: JsonObject) => structuredClone(schema) as AnswerSchema

/** With its name where LangChain looks for it, and where providers, which would refuse it, do not see it. */
const named = eachOnce((schema: JsonObject) => Object.defineProperty(copyOf(schema), 'name', { value: outputName(schema) }))

/** A tool without a title would be called otherwise at every model call. */
const titled = eachOnce((schema: JsonObject): AnswerSchema => ({ ...copyOf(schema), title: outputName(schema) }))

/**
 * How an agent answers with data: its model is held to the schema, if its profile says that it can be; else it gives the answer
 * by calling a tool that takes one. So LangChain itself would choose, but it would refuse schemas without `properties`.
 */
export function responseFormatOf(
  schema: JsonObject,
  model: ChatModel,
  tools: readonly NamedTool<AgentTool>[],
  path: string,
): ProviderStrategy | ToolStrategy[] {
  if (canBeHeld(model)) return providerStrategy({ schema: named(schema), strict: isStrict(schema) })
  assertDistinct([...tools, { name: outputName(schema), path: `${path}.outputSchema`, tool: undefined }])
  return toolStrategy([titled(schema)])
}

function canBeHeld(model: ChatModel): boolean {
  const profile: unknown = Reflect.get(model, 'profile')
  return typeof profile === 'object' && profile !== null && Reflect.get(profile, 'structuredOutput') === true
}
