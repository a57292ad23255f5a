import type { AgentOptions, ModelSettings } from '@openai/agents'
import type { AgentDefinition, AgentSettings } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import type { Making } from '../adapters/framework-agents.ts'
import { chosenTool, type NamedTool } from '../adapters/named-tool.ts'
import type { AgentModel, ModelApi } from './agent-models.ts'
import type { OpenAiAgent } from './openai-agent.ts'

/** What the config alone decides. */
type Decided =
  | 'name'
  | 'model'
  | 'instructions'
  | 'tools'
  | 'mcpServers'
  | 'mcpConfig'
  | 'handoffs'
  | 'handoffDescription'
  | 'handoffOutputTypeWarningEnabled'
  | 'outputType'

/** What no JSON can say about an agent: guardrails, `toolUseBehavior`, `resetToolChoice`, further `modelSettings`, … */
export type SharedSettings<Context = unknown> = Omit<AgentOptions<Context, OpenAiAgent['outputType']>, Decided>

/** Settings that cannot be said through an API, or have no place in the SDK. */
const unsaid: { readonly [Api in ModelApi]: readonly (keyof Said)[] } = {
  chat: ['topK'],
  responses: ['topK', 'presencePenalty', 'frequencyPenalty', 'stopSequences', 'seed'],
  other: ['topK', 'stopSequences', 'seed'],
}

/** What a config says of how its model is called, in the words of the SDK; what cannot be said is reported. */
export async function modelSettingsOf(
  definition: AgentDefinition,
  path: string,
  { model, tools }: { readonly model: AgentModel; readonly tools: readonly NamedTool<{ readonly name: string }>[] },
  making: Making,
  resolveSecret: ResolveSecret | undefined,
): Promise<ModelSettings> {
  const { reasoning = 'default', settings: all = {} } = definition
  const { stopSequences, seed, maxOutputTokens, toolChoice, providerOptions, ...numbers } = sayable(all, model, path, making)
  const own = await optionsFor(model, providerOptions, `${path}.settings.providerOptions`, making, resolveSecret)
  // The SDK copies these into the request as they are.
  const providerData = {
    ...(stopSequences !== undefined && { stop: stopSequences }),
    ...(seed !== undefined && { seed }),
    ...own,
  }

  const settings: ModelSettings = { ...numbers }
  if (maxOutputTokens !== undefined) settings.maxTokens = maxOutputTokens
  if (toolChoice !== undefined) {
    settings.toolChoice = typeof toolChoice === 'string' ? toolChoice : chosenTool(tools, toolChoice.tool, path).tool.name
  }
  if (Object.keys(providerData).length > 0) settings.providerData = providerData
  // What the config itself says to the provider wins.
  if (reasoning !== 'default' && !('reasoning_effort' in own)) settings.reasoning = { effort: reasoning }
  return settings
}

type Said = { -readonly [Name in keyof Omit<AgentSettings, 'maxRetries'>]: AgentSettings[Name] }

function sayable({ maxRetries, ...settings }: AgentSettings, { api, retries }: AgentModel, path: string, making: Making): Said {
  if (maxRetries !== undefined && !retries) {
    making.ignored(`${path}.settings.maxRetries`, "the provider's own client decides: new OpenAI({ maxRetries }).")
  }
  const said: Said = { ...settings }
  for (const name of unsaid[api]) {
    if (said[name] === undefined) continue
    const advice = 'If the model knows it, write it as the provider wants it, under settings.providerOptions.'
    making.ignored(`${path}.settings.${name}`, `it does not reach this model through the Agents SDK. ${advice}`)
    delete said[name]
  }
  return said
}

async function optionsFor(
  { provider }: AgentModel,
  options: NonNullable<AgentSettings['providerOptions']> = {},
  path: string,
  making: Making,
  resolveSecret: ResolveSecret | undefined,
): Promise<JsonObject> {
  for (const name of Object.keys(options)) {
    if (name !== provider) making.ignored(`${path}.${name}`, `the model is one of '${provider}'; write its options there.`)
  }
  return resolveSecrets(options[provider] ?? {}, `${path}.${provider}`, resolveSecret)
}

/** The application's settings with those of the config, which win. */
export function merged(shared: ModelSettings | undefined, own: ModelSettings): ModelSettings {
  if (shared === undefined) return own
  const settings = { ...shared, ...own }
  for (const group of ['reasoning', 'providerData'] as const) {
    if (shared[group] !== undefined) settings[group] = { ...shared[group], ...own[group] }
  }
  return settings
}
