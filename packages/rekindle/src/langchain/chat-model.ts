import type { CreateAgentParams } from 'langchain'
import type { WantedModel } from './wanted-model.ts'

/** A chat model of LangChain. */
export type ChatModel = Exclude<CreateAgentParams['model'], string>

/**
 * Makes a model of one provider. LangChain keeps a model's settings in the model itself, so this is called once for all agents
 * that want the same:
 *
 *     (id, { settings: { temperature, maxTokens, seed }, options }) =>
 *       new ChatOpenAI({ model: id, temperature, maxTokens, modelKwargs: { seed, ...options } })
 *
 * What it does not look at in `wanted` cannot reach the model, of which `config-ignored` events tell: here, `reasoning` and the
 * other settings. So take what the model's class knows by name: `...settings` looks at everything, and LangChain's classes drop
 * silently what they do not know.
 */
export type ChatModelFactory = (id: string, wanted: WantedModel) => ChatModel | Promise<ChatModel>
