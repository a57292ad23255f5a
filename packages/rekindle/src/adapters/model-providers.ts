import { inspect } from 'node:util'
import { parseModelId } from '../agent-config/model-id.ts'
import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'
import { InvalidOptionsError, listNames, shown, UnknownModelError } from '../errors.ts'
import { Remembered } from './remembered.ts'

/** Providers by the name that configs use for them: the framework's own, or any server that speaks OpenAI's protocol. */
export type ModelProviders<Provider> = { readonly [provider: string]: Provider | OpenAiEndpoint }

export interface ProviderKind<Provider> {
  /** How a message calls it: `'an AI SDK provider, with a languageModel function'`. */
  readonly description: string
  isProvider(value: unknown): value is Provider
  fromEndpoint(name: string, endpoint: OpenAiEndpoint): Provider | Promise<Provider>
}

/** A provider and what it calls the model. */
export interface ProvidedModel<Provider> {
  readonly provider: Provider
  readonly name: string
  readonly id: string
}

/**
 * Finds the provider of a `'provider:id'`. Throws {@link InvalidOptionsError} at once for an entry that is no provider; what
 * it returns rejects with {@link UnknownModelError}.
 */
export function modelProviders<Provider>(
  models: ModelProviders<Provider>,
  kind: ProviderKind<Provider>,
): (model: string) => Promise<ProvidedModel<Provider>> {
  const entries = new Map<string, unknown>(Object.entries(models))
  for (const [name, entry] of entries) {
    if (kind.isProvider(entry)) continue
    if (!isEndpoint(entry)) {
      const message = `models.${name} must be ${kind.description}, or { baseURL } of a server that speaks OpenAI's protocol; got ${typeof entry}.`
      throw new InvalidOptionsError('models', message)
    }
    if (!URL.canParse(entry.baseURL)) {
      throw new InvalidOptionsError('models', `models.${name}.baseURL must be a URL; got ${inspect(entry.baseURL)}.`)
    }
  }
  const fromEndpoints = new Remembered<Provider>()

  return async (model) => {
    const { provider: name, id } = parseModelId(model)
    const entry = entries.get(name)
    if (entry === undefined)
      throw unknownModel(model, `there is no provider ${shown(name)}; there are ${listNames(entries.keys())}`)
    const provider = kind.isProvider(entry)
      ? entry
      : await fromEndpoints.get(name, () => kind.fromEndpoint(name, entry as OpenAiEndpoint))
    return { provider, name, id }
  }
}

function isEndpoint(value: unknown): value is OpenAiEndpoint {
  return typeof value === 'object' && value !== null && 'baseURL' in value && typeof value.baseURL === 'string'
}

export function unknownModel(model: string, why: string, cause?: unknown): UnknownModelError {
  const message = `The config names the model ${shown(model)}: ${why}. Correct the config, or add it to models.`
  return new UnknownModelError(model, message, { cause })
}
