import { type Model, type ModelProvider, OpenAIChatCompletionsModel, OpenAIResponsesModel } from '@openai/agents'
import { parseModelId } from '../agent-config/model-id.ts'
import { type ModelProviders, modelProviders, type ProviderKind, unknownModel } from '../adapters/model-providers.ts'
import { Remembered } from '../adapters/remembered.ts'
import { InvalidOptionsError } from '../errors.ts'
import { EndpointModels } from './endpoint-models.ts'

/**
 * Where models come from: providers by the name configs use for them (`new OpenAIProvider()` and the like, or
 * `{ baseURL, apiKey }` of any server that speaks OpenAI's chat completions protocol), or a function of the whole
 * `'provider:id'`.
 */
export type Models = ModelProviders<ModelProvider> | ((model: string) => Model | Promise<Model>)

/** What a model is called through, which decides what it can be told: `'other'` is a model of somebody else's making. */
export type ModelApi = 'chat' | 'responses' | 'other'

export interface AgentModel {
  readonly model: Model
  readonly api: ModelApi
  /** By the name that configs use for it. */
  readonly provider: string
  /** True if it repeats failed calls as often as it was asked to. */
  readonly retries: boolean
}

/** Models by `'provider:id'` and number of retries, each made once and shared by all agents. */
export function agentModels(models: Models): (model: string, maxRetries?: number) => Promise<AgentModel> {
  const make = makerFrom(models)
  const made = new Remembered<AgentModel>()
  return (model, maxRetries) => made.get(`${maxRetries ?? ''} ${model}`, () => make(model, maxRetries))
}

function makerFrom(models: Models): (model: string, maxRetries: number | undefined) => Promise<AgentModel> {
  const advice = 'Write models: { openai: new OpenAIProvider() }, with the names that configs use.'
  if (typeof models !== 'function' && (typeof models !== 'object' || models === null)) {
    throw new InvalidOptionsError('models', `models must say where models come from. ${advice}`)
  }
  if (isProvider(models)) throw new InvalidOptionsError('models', `models is a single provider, without a name. ${advice}`)
  if (typeof models === 'function') {
    return async (model) => {
      const { provider } = parseModelId(model)
      return described(model, await models(model), provider, false)
    }
  }
  const providerOf = modelProviders(models, agentsProvider)
  return async (model, maxRetries) => {
    const { provider, name, id } = await providerOf(model)
    if (!(provider instanceof EndpointModels)) return described(model, await provider.getModel(id), name, false)
    return described(model, await provider.getModel(id, maxRetries), name, true)
  }
}

const agentsProvider: ProviderKind<ModelProvider> = {
  description: 'a model provider of the Agents SDK, with a getModel function',
  isProvider,
  fromEndpoint: (_name, endpoint) => EndpointModels.of(endpoint),
}

function isProvider(value: unknown): value is ModelProvider {
  return typeof value === 'object' && value !== null && 'getModel' in value && typeof value.getModel === 'function'
}

function described(id: string, model: Model | undefined | null, provider: string, retries: boolean): AgentModel {
  if (model === undefined || model === null) throw unknownModel(id, 'models gave nothing for it')
  return { model, api: apiOf(model), provider, retries }
}

function apiOf(model: Model): ModelApi {
  if (model instanceof OpenAIChatCompletionsModel) return 'chat'
  return model instanceof OpenAIResponsesModel ? 'responses' : 'other'
}
