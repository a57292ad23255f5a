import { parseModelId } from '../agent-config/model-id.ts'
import type { OpenAIEndpoint } from '../agent-config/openai-endpoint.ts'
import { type ModelProviders, modelProviders, type ProviderKind, unknownModel } from '../adapters/model-providers.ts'
import { Remembered } from '../adapters/remembered.ts'
import { InvalidOptionsError } from '../errors.ts'

/**
 * A model of the AI SDK 5, 6 or 7, or a `ModelRouterLanguageModel` of Mastra. Only what is looked at: the AI SDK adds to its
 * specifications faster than Mastra to its copies of their types.
 */
export interface LanguageModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4'
  readonly provider: string
  readonly modelId: string
  doGenerate(call: never): PromiseLike<unknown>
  doStream(call: never): PromiseLike<unknown>
}

/** What Rekindle calls of an AI SDK provider: `createOpenAI()`, `createOpenAICompatible({ … })`. */
export interface ModelProvider {
  languageModel(id: string): LanguageModel
}

/**
 * Where models come from: providers by the name configs use for them (the AI SDK's, or `{ baseURL, apiKey }` of any server that
 * speaks OpenAI's protocol), or a function of the whole `'provider:id'`.
 */
export type Models = ModelProviders<ModelProvider> | ((model: string) => LanguageModel)

const specifications: ReadonlySet<unknown> = new Set<LanguageModel['specificationVersion']>(['v2', 'v3', 'v4'])
const router = "What Mastra knows by name is given as new ModelRouterLanguageModel('openai/gpt-5') of '@mastra/core/llm'"

/** Models by `'provider:id'`, each made once, so that all agents share their clients. */
export function languageModels(models: Models): (model: string) => Promise<LanguageModel> {
  const make = makerFrom(models)
  const made = new Remembered<LanguageModel>()
  return (model) => made.get(model, () => make(model))
}

function makerFrom(models: Models): (model: string) => LanguageModel | Promise<LanguageModel> {
  const advice = 'Write models: { openai: createOpenAI() }, with the names that configs use, or (model) => …'
  if (typeof models !== 'function' && (typeof models !== 'object' || models === null)) {
    throw new InvalidOptionsError('models', `models must say where models come from. ${advice}`)
  }
  // Asked for 'openai:gpt-5', a provider would look for a model of that whole name, and only the first run would show it.
  if ('languageModel' in models) throw new InvalidOptionsError('models', `models is a single provider, without a name. ${advice}`)
  if (typeof models === 'function') {
    return (model) => {
      parseModelId(model)
      return ask(model, () => models(model))
    }
  }
  const providerOf = modelProviders(models, aiSdkProvider)
  return async (model) => {
    const { provider, id } = await providerOf(model)
    return ask(model, () => provider.languageModel(id))
  }
}

const aiSdkProvider: ProviderKind<ModelProvider> = {
  description: 'an AI SDK provider, with a languageModel function',
  isProvider: (value): value is ModelProvider =>
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<ModelProvider>).languageModel === 'function',
  async fromEndpoint(name, endpoint: OpenAIEndpoint) {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    return createOpenAICompatible({ name, ...endpoint, includeUsage: true, supportsStructuredOutputs: true })
  },
}

function ask(model: string, languageModel: () => LanguageModel | undefined | null): LanguageModel {
  let found: LanguageModel | undefined | null
  try {
    found = languageModel()
  } catch (error) {
    if (error instanceof Error && error.name === 'AI_NoSuchModelError') throw unknownModel(model, error.message, error)
    throw error
  }
  if (found === undefined || found === null) throw unknownModel(model, 'models gave nothing for it')
  if (found instanceof Promise) found.catch(() => {})
  if (specifications.has(found.specificationVersion)) return found
  // Not shown: what Mastra takes for a model may hold a key.
  throw unknownModel(
    model,
    `what models gave for it (a value of type ${typeof found}) is no model of the AI SDK 5 to 7. ${router}`,
  )
}
