import { type LanguageModel, NoSuchModelError } from 'ai'
import { parseModelId } from '../agent-config/model-id.ts'
import { InvalidOptionsError, listNames, UnknownModelError } from '../errors.ts'

/** What Rekindle calls of an AI SDK provider: `createOpenAI()`, `createOpenAICompatible({ … })`, `customProvider({ … })`. */
export interface ModelProvider {
  languageModel(id: string): LanguageModel
}

/** What `createProviderRegistry({ … })` of the AI SDK returns: it takes the whole `'provider:id'`. */
interface ModelRegistry {
  // Registries type their ids by the providers they hold; configs are not known to the compiler.
  languageModel(model: never): LanguageModel
}

/** Where models come from: providers by the name configs use for them, a registry, or a function of the whole `'provider:id'`. */
export type Models = { readonly [provider: string]: ModelProvider } | ModelRegistry | ((model: string) => LanguageModel)

/** Configs come from outside, so the models they name could be any number. */
const maxModels = 1000

/**
 * Models by `'provider:id'`, each made once: a provider may rebuild its schemas at every call of `languageModel` (200 µs and
 * 80 KB in `@ai-sdk/openai-compatible`). Failures are not kept. Beyond {@link maxModels} the oldest is made anew when needed.
 */
export function languageModels(models: Models): (model: string) => LanguageModel {
  const make = makerFrom(models)
  const made = new Map<string, LanguageModel>()
  return (model) => {
    const known = made.get(model)
    if (known !== undefined) return known
    const fresh = make(model)
    made.set(model, fresh)
    if (made.size > maxModels) for (const oldest of made.keys()) if (made.delete(oldest)) break
    return fresh
  }
}

function makerFrom(models: Models): (model: string) => LanguageModel {
  const advice = 'Write models: { openai: createOpenAI() }, with the names that configs use.'
  if (typeof models !== 'function' && (typeof models !== 'object' || models === null)) {
    throw new InvalidOptionsError('models', `models must say where models come from. ${advice}`)
  }
  if (isSingleProvider(models)) throw new InvalidOptionsError('models', `models is a single provider, without a name. ${advice}`)
  if (typeof models === 'function') return (model) => ask(model, () => models(assertModelId(model)))
  if (isRegistry(models)) return (model) => ask(model, () => models.languageModel(assertModelId(model) as never))
  return fromProviders(models)
}

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

function fromProviders(models: { readonly [provider: string]: ModelProvider }): (model: string) => LanguageModel {
  const providers = new Map(Object.entries(models))
  for (const [name, provider] of providers) {
    if (typeof (provider as Partial<ModelProvider> | undefined)?.languageModel === 'function') continue
    const advice = 'Write models: { openai: createOpenAI() }, or give a provider registry or a function.'
    throw new InvalidOptionsError('models', `models.${name} must be an AI SDK provider, with a languageModel function. ${advice}`)
  }
  return (model) => {
    const { provider: name, id } = parseModelId(model)
    const provider = providers.get(name)
    if (provider === undefined) throw unknown(model, `there is no provider '${name}'; there are ${listNames(providers.keys())}`)
    return ask(model, () => provider.languageModel(id))
  }
}

function ask(model: string, languageModel: () => LanguageModel | undefined | null): LanguageModel {
  let found: LanguageModel | undefined | null
  try {
    found = languageModel()
  } catch (error) {
    if (NoSuchModelError.isInstance(error)) throw unknown(model, error.message, error)
    throw error
  }
  if (found === undefined || found === null) throw unknown(model, 'models gave nothing for it')
  return found
}

function unknown(model: string, why: string, cause?: unknown): UnknownModelError {
  return new UnknownModelError(model, `$.model: there is no model '${model}': ${why}. Correct the config, or add it to models.`, {
    cause,
  })
}
