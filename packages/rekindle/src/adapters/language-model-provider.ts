import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'
import { type ProviderKind, unknownModel } from './model-providers.ts'

/** What is called of a provider of the AI SDK. */
export interface LanguageModelProvider<Model> {
  languageModel(id: string): Model
}

/** Providers of the AI SDK; `makeCompatible` makes the one of an endpoint. */
export function languageModelProviders<Model>(
  makeCompatible: (name: string, endpoint: OpenAiEndpoint) => Promise<LanguageModelProvider<Model>>,
): ProviderKind<LanguageModelProvider<Model>> {
  return {
    description: 'an AI SDK provider, with a languageModel function',
    isProvider: (value): value is LanguageModelProvider<Model> =>
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      typeof (value as Partial<LanguageModelProvider<Model>>).languageModel === 'function',
    fromEndpoint: makeCompatible,
  }
}

/** What `find` gives. Throws {@link UnknownModelError} if that is nothing, or what `isUnknown` says is the AI SDK's own word for that. */
export function foundModel<Model>(
  model: string,
  find: () => Model | undefined | null,
  isUnknown: (error: unknown) => error is Error,
): Model {
  let found: Model | undefined | null
  try {
    found = find()
  } catch (error) {
    if (isUnknown(error)) throw unknownModel(model, error.message, error)
    throw error
  }
  if (found === undefined || found === null) throw unknownModel(model, 'models gave nothing for it')
  return found
}
