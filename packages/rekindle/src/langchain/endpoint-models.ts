import { type BaseChatOpenAIFields, ChatOpenAICompletions, OpenAIClient, wrapOpenAIClientError } from '@langchain/openai'
import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'
import { endpointClientOptions } from '../adapters/endpoint-client.ts'
import type { ChatModelFactory } from './chat-model.ts'

type Completions = OpenAIClient.Chat.Completions.ChatCompletion
type Chunks = AsyncIterable<OpenAIClient.Chat.Completions.ChatCompletionChunk>
type Request = OpenAIClient.Chat.ChatCompletionCreateParams
type Message = OpenAIClient.Chat.ChatCompletionMessageParam
type Options = Parameters<ChatOpenAICompletions['completionWithRetry']>[1]

/** The models of a server that speaks OpenAI's chat completions protocol, all through one client. */
export function endpointModels(endpoint: OpenAiEndpoint): ChatModelFactory {
  // Failed calls are repeated by the model.
  const client = new OpenAIClient({ ...endpointClientOptions(endpoint), maxRetries: 0 })
  return (id, { settings, reasoning, options }) => {
    const { temperature, topP, maxTokens, presencePenalty, frequencyPenalty, stopSequences, seed, maxRetries } = settings
    const known = { temperature, topP, maxTokens, presencePenalty, frequencyPenalty, stopSequences, maxRetries }
    // Copied into the request as they are. LangChain's own `reasoning` reaches only models whose names it knows to reason.
    const modelKwargs = { seed, reasoning_effort: reasoning, ...options }
    return new EndpointModel(client, { model: id, modelKwargs, ...known } as BaseChatOpenAIFields)
  }
}

/** LangChain's own model of this protocol, without what it takes for granted about OpenAI's models and server. */
class EndpointModel extends ChatOpenAICompletions {
  constructor(client: OpenAIClient, fields: BaseChatOpenAIFields) {
    super(fields)
    this.client = client
  }

  /** LangChain looks a model up by its name here, to see whether it can be held to a schema. */
  override get profile(): { structuredOutput: boolean } {
    return { structuredOutput: true }
  }

  /** With a schema for the answer, the arguments of all tools would be held to theirs too, which then must leave nothing optional. */
  override invocationParams(
    options?: this['ParsedCallOptions'],
    extra?: { streaming?: boolean },
  ): ReturnType<ChatOpenAICompletions['invocationParams']> {
    if (options?.response_format === undefined) return super.invocationParams(options, extra)
    const { response_format, ...others } = options
    const format = this._getResponseFormat(response_format)
    return {
      ...super.invocationParams(others as typeof options, extra),
      ...(format !== undefined && { response_format: format }),
    }
  }

  override completionWithRetry(request: Request & { stream: true }, options?: Options): Promise<Chunks>
  override completionWithRetry(request: Request & { stream?: false | null }, options?: Options): Promise<Completions>
  /** The client's other way to ask, `parse`, takes an answer that is not what was asked for as a failed call, and asks again. */
  override completionWithRetry(request: Request, { maxRetries, signal }: Options = {}): Promise<Chunks | Completions> {
    const messages = request.messages.map(withoutPictures)
    return this.caller.callWithOptions(maxRetries === undefined ? {} : { maxRetries }, async () => {
      try {
        return await this.client.chat.completions.create({ ...request, messages }, { signal })
      } catch (error) {
        throw wrapOpenAIClientError(error)
      }
    })
  }
}

/** In this protocol tools give texts only. */
function withoutPictures(message: Message): Message {
  if (message.role !== 'tool' || typeof message.content === 'string') return message
  const content = message.content.map((part: { type: string; text?: string }) =>
    part.type === 'text' ? part : { type: 'text', text: `[${part.type}: not shown]` },
  )
  return { ...message, content } as Message
}
