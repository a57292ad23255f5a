import { jsonSchema, type LanguageModel, Output, stepCountIs, type ToolLoopAgentSettings, type ToolSet } from 'ai'
import type { AgentDefinition, AgentSettings } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import type { Making } from '../adapters/framework-agents.ts'
import { isCompatible, noTopK } from '../adapters/effort-option.ts'
import { chosenTool, type NamedTool } from '../adapters/named-tool.ts'
import { outputName } from '../adapters/output-schema.ts'
import { mergedOptions } from '../adapters/provider-options.ts'
import type { AgentTool } from './ai-sdk-agent.ts'
import { reasoningOf } from './reasoning.ts'

type Settings = ToolLoopAgentSettings<never, ToolSet>

/** What the config alone decides. */
type Decided = 'id' | 'model' | 'instructions' | 'tools' | 'toolOrder' | 'reasoning' | 'output'

/** What no JSON can say about an agent: `telemetry`, `prepareStep`, `toolApproval`, callbacks, … */
export type SharedSettings = Omit<Settings, Decided>

/** What a config says besides its model and tools, in the words of the AI SDK; over what the application gives every agent. */
export async function settingsOf(
  definition: AgentDefinition,
  path: string,
  { model, tools }: { readonly model: LanguageModel; readonly tools: readonly NamedTool<AgentTool>[] },
  shared: SharedSettings | undefined,
  making: Making,
  resolveSecret: ResolveSecret | undefined,
): Promise<Omit<Settings, 'model' | 'tools'>> {
  const { stopSequences, toolChoice, providerOptions, ...numbers } = definition.settings ?? {}
  const { instructions, reasoning = 'default', maxSteps, outputSchema } = definition
  const settings: Omit<Settings, 'model' | 'tools'> = { ...shared, ...numbers }

  if (instructions !== undefined) settings.instructions = instructions
  if (maxSteps !== undefined) settings.stopWhen = stepCountIs(maxSteps)
  if (stopSequences !== undefined) settings.stopSequences = [...stopSequences]
  if (toolChoice !== undefined) settings.toolChoice = toolChoiceOf(toolChoice, tools, path)
  // The type of an agent whose answers are data would be another one; to the agents it makes no difference.
  if (outputSchema !== undefined) settings.output = outputOf(outputSchema) as never
  const reasons = reasoningOf(reasoning, model)
  const resolved = await resolveSecrets(providerOptions ?? {}, `${path}.settings.providerOptions`, resolveSecret)
  // What the config itself says to the provider wins.
  const options = mergedOptions(shared?.providerOptions, reasons?.providerOptions, resolved)
  if (options !== undefined) settings.providerOptions = options as NonNullable<Settings['providerOptions']>
  if (reasons?.reasoning !== undefined) settings.reasoning = reasons.reasoning
  reportIgnored(definition, path, model, reasons, making)
  return settings
}

/** Says what the AI SDK would leave out without a word. */
function reportIgnored(
  { settings = {} }: AgentDefinition,
  path: string,
  model: LanguageModel,
  reasons: unknown,
  making: Making,
): void {
  if (reasons === undefined) {
    const advice = 'Write it as this provider wants it, under settings.providerOptions.'
    making.ignored(`${path}.reasoning`, `how much to reason does not reach ${describe(model)} through this AI SDK. ${advice}`)
  }
  if (settings.topK !== undefined && typeof model !== 'string' && isCompatible(model))
    making.ignored(`${path}.settings.topK`, noTopK)
}

function describe(model: LanguageModel): string {
  return typeof model === 'string' ? `the model '${model}'` : `models of '${model.provider}'`
}

function outputOf(schema: JsonObject) {
  const { description } = schema
  return Output.object({
    schema: jsonSchema<unknown>(schema),
    name: outputName(schema),
    ...(typeof description === 'string' && { description }),
  })
}

function toolChoiceOf(
  choice: NonNullable<AgentSettings['toolChoice']>,
  tools: readonly NamedTool<AgentTool>[],
  path: string,
): NonNullable<Settings['toolChoice']> {
  return typeof choice === 'string' ? choice : { type: 'tool', toolName: chosenTool(tools, choice.tool, path).name }
}
