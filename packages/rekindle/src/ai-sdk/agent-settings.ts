import { jsonSchema, type LanguageModel, Output, stepCountIs, type ToolLoopAgentSettings, type ToolSet } from 'ai'
import type { AgentDefinition, AgentSettings } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import type { Making } from '../adapters/framework-agents.ts'
import { chosenTool, type NamedTool } from '../adapters/named-tool.ts'
import { outputName } from '../adapters/output-schema.ts'
import type { AgentTool } from './ai-sdk-agent.ts'
import { reasoningOf } from './reasoning.ts'

type Settings = ToolLoopAgentSettings<never, ToolSet>

/** What the config alone decides. */
type Decided = 'id' | 'model' | 'instructions' | 'tools' | 'toolOrder' | 'reasoning' | 'output'

/** What no JSON can say about an agent: `telemetry`, `prepareStep`, `toolApproval`, callbacks, … */
export type SharedSettings = Omit<Settings, Decided>

/** What a config says besides its model and tools, in the words of the AI SDK. */
export async function settingsOf(
  definition: AgentDefinition,
  path: string,
  { model, tools }: { readonly model: LanguageModel; readonly tools: readonly NamedTool<AgentTool>[] },
  making: Making,
  resolveSecret: ResolveSecret | undefined,
): Promise<Omit<Settings, 'model' | 'tools'>> {
  const { stopSequences, toolChoice, providerOptions, ...numbers } = definition.settings ?? {}
  const { instructions, reasoning = 'default', maxSteps, outputSchema } = definition
  const settings: Omit<Settings, 'model' | 'tools'> = { ...numbers }

  if (instructions !== undefined) settings.instructions = instructions
  if (maxSteps !== undefined) settings.stopWhen = stepCountIs(maxSteps)
  if (stopSequences !== undefined) settings.stopSequences = [...stopSequences]
  if (toolChoice !== undefined) settings.toolChoice = toolChoiceOf(toolChoice, tools, path)
  // The type of an agent whose answers are data would be another one; to the agents it makes no difference.
  if (outputSchema !== undefined) settings.output = outputOf(outputSchema) as never
  if (providerOptions !== undefined) {
    const resolved = await resolveSecrets(providerOptions, `${path}.settings.providerOptions`, resolveSecret)
    settings.providerOptions = resolved as NonNullable<Settings['providerOptions']>
  }
  const reasons = reasoningOf(reasoning, model)
  if (reasons === undefined) {
    const advice = 'Write it as this provider wants it, under settings.providerOptions.'
    making.ignored(`${path}.reasoning`, `how much to reason does not reach ${describe(model)} through this AI SDK. ${advice}`)
  }
  return withReasoning(settings, reasons ?? {})
}

/** What the config itself says to the provider wins. */
function withReasoning(settings: Omit<Settings, 'model' | 'tools'>, reasons: Pick<Settings, 'reasoning' | 'providerOptions'>) {
  const { providerOptions = {}, ...rest } = reasons
  const merged = { ...rest, ...settings }
  for (const [provider, options] of Object.entries(providerOptions)) {
    merged.providerOptions = { ...merged.providerOptions, [provider]: { ...options, ...merged.providerOptions?.[provider] } }
  }
  return merged
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
