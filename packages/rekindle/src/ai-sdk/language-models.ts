import { type LanguageModel, NoSuchModelError } from 'ai'
import { parseModelId } from '../agent-config/model-id.ts'
import { foundModel, type LanguageModelProvider, languageModelProviders } from '../adapters/language-model-provider.ts'
import { type ModelProviders, modelProviders } from '../adapters/model-providers.ts'
import { Remembered } from '../adapters/remembered.ts'
import { InvalidOptionsError } from '../errors.ts'

/** What Rekindle calls of an AI SDK provider: `createOpenAI()`, `createOpenAICompatible({ … })`, `customProvider({ … })`. */
export type ModelProvider = LanguageModelProvider<LanguageModel>

/** What `createProviderRegistry({ … })` of the AI SDK returns: it takes the whole `'provider:id'`. */
interface ModelRegistry {
  // Registries type their ids by the providers they hold; configs are not known to the compiler.
  languageModel(model: never): LanguageModel
}

/**
 * Where models come from: providers by the name configs use for them (the AI SDK's, or `{ baseURL, apiKey }` of any server that
 * speaks OpenAI's protocol), a registry, or a function of the whole `'provider:id'`.
 */
export type Models = ModelProviders<ModelProvider> | ModelRegistry | ((model: string) => LanguageModel)

/**
 * Models by `'provider:id'`, each made once: a provider may rebuild its schemas at every call of `languageModel` (200 µs and
 * 80 KB in `@ai-sdk/openai-compatible`).
 */
export function languageModels(models: Models): (model: string) => Promise<LanguageModel> {
  const make = makerFrom(models)
  const made = new Remembered<LanguageModel>()
  return (model) => made.get(model, () => make(model))
}

function makerFrom(models: Models): (model: string) => LanguageModel | Promise<LanguageModel> {
  const advice = 'Write models: { openai: createOpenAI() }, with the names that configs use.'
  if (typeof models !== 'function' && (typeof models !== 'object' || models === null)) {
    throw new InvalidOptionsError('models', `models must say where models come from. ${advice}`)
  }
  if (isSingleProvider(models)) throw new InvalidOptionsError('models', `models is a single provider, without a name. ${advice}`)
  if (typeof models === 'function') return (model) => ask(model, () => models(assertModelId(model)))
  if (isRegistry(models)) return (model) => ask(model, () => models.languageModel(assertModelId(model) as never))

  const providerOf = modelProviders(models, providers)
  return async (model) => {
    const { provider, id } = await providerOf(model)
    return ask(model, () => provider.languageModel(id))
  }
}

const providers = languageModelProviders<LanguageModel>(async (name, endpoint) => {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  return createOpenAICompatible({ name, ...endpoint, includeUsage: true, supportsStructuredOutputs: true })
})

/**
 * A provider looks like a registry or a function, but asked for 'openai:gpt-5' it would look for a model of that whole name,
 * and only the first run would show it.
 */
function isSingleProvider(models: Models): boolean {
  return 'languageModel' in models && (typeof models === 'function' || 'specificationVersion' in models)
}

function isRegistry(models: object): models is ModelRegistry {
  return 'languageModel' in models && typeof models.languageModel === 'function'
}

function assertModelId(model: string): string {
  parseModelId(model)
  return model
}

function ask(model: string, languageModel: () => LanguageModel | undefined | null): LanguageModel {
  return foundModel(model, languageModel, (error) => NoSuchModelError.isInstance(error))
}
