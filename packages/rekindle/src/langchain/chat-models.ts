import type { AgentDefinition } from '../agent-config/agent-config.ts'
import { parseModelId } from '../agent-config/model-id.ts'
import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import type { Making } from '../adapters/framework-agents.ts'
import { type ModelProviders, modelProviders, type ProviderKind, unknownModel } from '../adapters/model-providers.ts'
import { Remembered } from '../adapters/remembered.ts'
import { InvalidOptionsError } from '../errors.ts'
import type { ChatModel, ChatModelFactory } from './chat-model.ts'
import { wantedModelOf, Watch } from './wanted-model.ts'

/**
 * Where models come from: for each provider, by the name configs use for it, a function that makes its models, or
 * `{ baseURL, apiKey }` of any server that speaks OpenAI's chat completions protocol (this needs `@langchain/openai`); or one
 * function for all, which is given the whole `'provider:id'`: `(model, { settings }) => initChatModel(model, settings)`.
 */
export type Models = ModelProviders<ChatModelFactory> | ChatModelFactory

interface MadeModel {
  readonly model: ChatModel
  readonly unread: readonly string[]
}

/** Gives the model that the agent described at `path` wants, made once for all that want the same. */
export function chatModels(
  models: Models,
  resolveSecret: ResolveSecret | undefined,
): (model: string, definition: AgentDefinition, path: string, making: Making) => Promise<ChatModel> {
  const factoryOf = factoriesFrom(models)
  const made = new Remembered<MadeModel>()

  return async (model, { settings = {}, reasoning = 'default' }, path, making) => {
    const { provider } = parseModelId(model)
    const own = settings.providerOptions?.[provider]
    const options = own && (await resolveSecrets(own, `${path}.settings.providerOptions.${provider}`, resolveSecret))
    const wanted = wantedModelOf(settings, reasoning, options)
    const known = await made.get(JSON.stringify([model, wanted]), async () => {
      const watch = new Watch(wanted, provider)
      const { factory, id } = await factoryOf(model)
      const fresh: ChatModel | undefined | null = await factory(id, watch.wanted)
      if (fresh === undefined || fresh === null) throw unknownModel(model, 'models gave nothing for it')
      return { model: fresh, unread: watch.unread }
    })
    for (const part of known.unread) {
      const advice = `Write it as they want it, under settings.providerOptions.${provider}.`
      making.ignored(`${path}${part}`, `what makes the models of '${provider}' does not take it. ${advice}`)
    }
    return known.model
  }
}

function factoriesFrom(models: Models): (model: string) => Promise<{ readonly factory: ChatModelFactory; readonly id: string }> {
  if (typeof models === 'function') return async (model) => ({ factory: models, id: model })
  if (typeof models !== 'object' || models === null) {
    const advice =
      'Write models: { openai: (id, { settings: { temperature } }) => new ChatOpenAI({ model: id, temperature }) }, with the names that configs use.'
    throw new InvalidOptionsError('models', `models must say where models come from. ${advice}`)
  }
  const providerOf = modelProviders(models, langChainProvider)
  return async (model) => {
    const { provider: factory, id } = await providerOf(model)
    return { factory, id }
  }
}

const langChainProvider: ProviderKind<ChatModelFactory> = {
  description: 'a function that makes a chat model of LangChain',
  isProvider: (value): value is ChatModelFactory => typeof value === 'function',
  async fromEndpoint(_name, endpoint: OpenAiEndpoint) {
    const { endpointModels } = await import('./endpoint-models.ts')
    return endpointModels(endpoint)
  },
}
