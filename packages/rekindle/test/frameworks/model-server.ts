import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a chat-completions request holds, as far as the tests look. */
export interface ChatRequest {
  readonly model: string
  readonly stream?: boolean
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly description?: string; readonly parameters?: unknown }
  }[]
  readonly tool_choice?: unknown
  readonly response_format?: unknown
  readonly reasoning_effort?: string
  readonly [setting: string]: unknown
}

export interface ChatMessage {
  readonly role: string
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null
}

interface ToolCall {
  readonly name: string
  readonly input: string
}

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

/**
 * A model behind OpenAI's chat completions protocol, on loopback, that does what the last message of the user says:
 *
 * - `call <tool> <json>`, any number of them joined by ` then `: calls the tools one after the other, then answers
 *   `Got: <what the last one gave>`;
 * - `call for ever <tool> <json>`: never stops calling;
 * - `say <text>`: answers that.
 */
export class ModelServer {
  /** Every request so far, byte for byte. */
  requests: string[] = []
  /** The `authorization` of each. */
  credentials: (string | undefined)[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  static async start(): Promise<ModelServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ModelServer(server)
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  get chats(): ChatRequest[] {
    return this.requests.map((text) => JSON.parse(text) as ChatRequest)
  }

  forget(): void {
    this.requests = []
    this.credentials = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string
    this.requests.push(text)
    this.credentials.push(request.headers.authorization)
    const chat = JSON.parse(text) as ChatRequest
    const turn = turnOf(chat.messages)
    if (chat.stream === true) sendChunks(response, chat, turn)
    else sendWhole(response, chat, turn)
  }
}

type Turn = { readonly call: ToolCall; readonly id: string } | { readonly text: string }

function turnOf(messages: readonly ChatMessage[]): Turn {
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const order = textOf(messages[asked])
  const results = messages.slice(asked + 1).filter(({ role }) => role === 'tool')
  if (order.startsWith('say ')) return { text: order.slice('say '.length) }
  const id = `call-${results.length + 1}`
  if (order.startsWith('call for ever ')) return { call: toolCall(order.slice('call for ever '.length)), id }
  const calls = order.split(' then ').filter((part) => part.startsWith('call '))
  const next = calls[results.length]
  if (next !== undefined) return { call: toolCall(next.slice('call '.length)), id }
  return { text: results.length === 0 ? `You said: ${order}` : `Got: ${textOf(results.at(-1))}` }
}

function toolCall(order: string): ToolCall {
  const space = order.indexOf(' ')
  return { name: order.slice(0, space), input: order.slice(space + 1) }
}

export function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? ''
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('')
}

function messageOf(turn: Turn) {
  if ('text' in turn) return { role: 'assistant', content: turn.text }
  const { name, input } = turn.call
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: turn.id, type: 'function', function: { name, arguments: input } }],
  }
}

/** No two answers of a run have one: some frameworks take a second message with the id of an earlier one for its correction. */
function idOf({ messages }: ChatRequest): string {
  return `c${messages.length}`
}

function sendWhole(response: ServerResponse, chat: ChatRequest, turn: Turn): void {
  const { model } = chat
  const finish_reason = 'text' in turn ? 'stop' : 'tool_calls'
  const choices = [{ index: 0, message: messageOf(turn), finish_reason }]
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ id: idOf(chat), object: 'chat.completion', created: 1, model, choices, usage }))
}

/** The text word by word, so that what puts it together again has something to do. */
function sendChunks(response: ServerResponse, chat: ChatRequest, turn: Turn): void {
  const { model } = chat
  const id = idOf(chat)
  response.setHeader('content-type', 'text/event-stream')
  const send = (choices: unknown[], more: object = {}) => {
    const chunk = { id, object: 'chat.completion.chunk', created: 1, model, choices, ...more }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  const message = messageOf(turn)
  if ('text' in turn) {
    for (const content of turn.text.split(/(?<= )/u)) {
      send([{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }])
    }
  } else {
    const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }))
    send([{ index: 0, delta: { role: 'assistant', content: null, tool_calls }, finish_reason: null }])
  }
  send([{ index: 0, delta: {}, finish_reason: 'text' in turn ? 'stop' : 'tool_calls' }])
  send([], { usage })
  response.end('data: [DONE]\n\n')
}
