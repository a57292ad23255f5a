import { parseModelId } from '../agent-config/model-id.ts'
import { foundModel, type LanguageModelProvider, languageModelProviders } from '../adapters/language-model-provider.ts'
import { type ModelProviders, modelProviders, unknownModel } from '../adapters/model-providers.ts'
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
export type ModelProvider = LanguageModelProvider<LanguageModel>

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

function ask(model: string, languageModel: () => LanguageModel | undefined | null): LanguageModel {
  const found = foundModel(model, languageModel, isUnknown)
  if (found instanceof Promise) found.catch(() => {})
  if (specifications.has(found.specificationVersion)) return found
  // Not shown: what Mastra takes for a model may hold a key.
  throw unknownModel(
    model,
    `what models gave for it (a value of type ${typeof found}) is no model of the AI SDK 5 to 7. ${router}`,
  )
}

/** By its name: which of the AI SDK's majors it comes from is up to the application. */
function isUnknown(error: unknown): error is Error {
  return error instanceof Error && error.name === 'AI_NoSuchModelError'
}
