import { modelSupportsTemperature } from '@mastra/core/llm'
import type { AgentDefinition, AgentSettings } from '../agent-config/agent-config.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { isCompatible, noTopK } from '../adapters/effort-option.ts'
import type { Making } from '../adapters/framework-agents.ts'
import { chosenTool, type NamedTool } from '../adapters/named-tool.ts'
import { mergedOptions } from '../adapters/provider-options.ts'
import { checked } from './json-schema.ts'
import type { LanguageModel } from './language-models.ts'
import type { AgentOptions, AgentTool, DefaultOptions } from './mastra-agent.ts'
import { reasoningOf } from './reasoning.ts'
import { toolKey } from './tool-key.ts'

type ProviderOptions = NonNullable<DefaultOptions['providerOptions']>

/** What the config alone decides. */
type Decided = 'id' | 'name' | 'description' | 'model' | 'instructions' | 'tools' | 'agents' | 'maxRetries' | 'rawConfig'

/** What belongs to the one agent that is given it first. */
type Unshared = 'channels' | 'signals'

/** What no JSON can say about an agent: `mastra`, `memory`, processors, `hooks`, … */
export type SharedSettings = Omit<AgentOptions, Decided | Unshared | 'defaultOptions'> & {
  /** What every run starts from: `onStepFinish`, `tracingOptions`, `requireToolApproval`, … */
  readonly defaultOptions?: Omit<DefaultOptions, 'instructions' | 'structuredOutput'>
}

const outputSchemaOf = eachOnce(checked)

/** What a config says besides its model and tools, in the words of Mastra; over what the application gives every agent. */
export async function defaultOptionsOf(
  definition: AgentDefinition,
  path: string,
  { model, tools }: { readonly model: LanguageModel; readonly tools: readonly NamedTool<AgentTool>[] },
  shared: SharedSettings['defaultOptions'] = {},
  making: Making,
  resolveSecret: ResolveSecret | undefined,
): Promise<DefaultOptions> {
  const { settings = {}, reasoning = 'default', maxSteps, outputSchema } = definition
  const { stopSequences, toolChoice, providerOptions = {}, ...numbers } = settings
  const resolved = await resolveSecrets(providerOptions, `${path}.settings.providerOptions`, resolveSecret)
  const reasons = reasoningOf(reasoning, model)
  reportIgnored(definition, path, model, reasons, making)

  const options: DefaultOptions = {
    ...shared,
    modelSettings: {
      ...shared.modelSettings,
      ...reasons?.modelSettings,
      ...numbers,
      ...(stopSequences !== undefined && { stopSequences: [...stopSequences] }),
    },
    providerOptions: (mergedOptions(shared.providerOptions, reasons?.providerOptions, resolved) ?? {}) as ProviderOptions,
  }
  if (maxSteps !== undefined) options.maxSteps = maxSteps
  if (toolChoice !== undefined) options.toolChoice = toolChoiceOf(toolChoice, tools, path)
  // The type of an agent whose answers are data would be another one; to the agents it makes no difference.
  if (outputSchema !== undefined) Object.assign(options, { structuredOutput: { schema: outputSchemaOf(outputSchema) } })
  return options
}

function toolChoiceOf(
  choice: NonNullable<AgentSettings['toolChoice']>,
  tools: readonly NamedTool<AgentTool>[],
  path: string,
): NonNullable<DefaultOptions['toolChoice']> {
  return typeof choice === 'string' ? choice : { type: 'tool', toolName: toolKey(chosenTool(tools, choice.tool, path).name) }
}

/** Says what Mastra would leave out without a word. */
function reportIgnored(
  { settings = {} }: AgentDefinition,
  path: string,
  model: LanguageModel,
  reasons: unknown,
  making: Making,
): void {
  if (reasons === undefined) {
    const advice = 'Write it as this provider wants it, under settings.providerOptions.'
    making.ignored(
      `${path}.reasoning`,
      `how much to reason does not reach models of '${model.provider}' through Mastra. ${advice}`,
    )
  }
  if (settings.topK !== undefined && isCompatible(model)) making.ignored(`${path}.settings.topK`, noTopK)
  const sampling = (['temperature', 'topP', 'topK'] as const).filter((name) => settings[name] !== undefined)
  // Asked last, since the list of what models can is read from a file.
  if (sampling.length === 0 || modelSupportsTemperature(routeOf(model)) !== false) return
  for (const name of sampling) {
    making.ignored(
      `${path}.settings.${name}`,
      `by Mastra's list, the model '${routeOf(model)}' takes no ${name}: it is left out.`,
    )
  }
}

/** What Mastra looks a model up by. */
function routeOf({ provider, modelId }: LanguageModel): string {
  return `${provider.split('.')[0]}/${modelId}`
}
