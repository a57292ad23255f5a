import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { UIMessage, UIMessageChunk } from 'ai'
import type { Served } from '../src/turns/run-turn.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body, if it is JSON. */
  readonly json: { readonly [field: string]: unknown } & { readonly error?: { code: string; message: string; path?: string } }
}

export interface RequestOptions {
  readonly method?: string
  /** `user:role` of the development login, or null for nobody. Default: {@link developer}. */
  readonly user?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Whom tests ask as, where it does not matter. */
export const developer = 'developer:admin'

/** Somebody who was never here before. */
export function someone(role: 'user' | 'admin' = 'user'): string {
  return `someone-${randomUUID()}:${role}`
}

/** What `user` shows, besides `headers`, which may show something else. */
export function identified(
  headers: Readonly<Record<string, string>> = {},
  user: string | null = developer,
): Record<string, string> {
  const shown = user === null || 'authorization' in headers || 'cookie' in headers
  return { ...headers, ...(!shown && { authorization: `Basic ${Buffer.from(user).toString('base64')}` }) }
}

/** Over a connection of its own, so that requests one after the other go to one worker after the other. */
export function open(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const { method = options.body === undefined ? 'GET' : 'POST', headers = {}, body, signal } = options
  return new Promise((resolve, reject) => {
    const identity = identified(headers, options.user)
    const request = httpRequest(url, { agent: false, method, headers: identity, ...(signal && { signal }) }, resolve)
    request.on('error', reject)
    request.end(body)
  })
}

export async function send(url: string, options?: RequestOptions): Promise<Reply> {
  const response = await open(url, options)
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  const isJson = response.headers['content-type']?.startsWith('application/json') === true
  return {
    status: response.statusCode!,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Reply['json']) : {},
  }
}

export const json = { 'content-type': 'application/json' } as const

export function userMessage(text: string): UIMessage {
  return { id: `message-${randomUUID()}`, role: 'user', parts: [{ type: 'text', text }] }
}

/** In a session of its own, unless `more` says which. */
export function chatBody(text: string, more: object = {}): string {
  return JSON.stringify({ id: randomUUID(), messages: [userMessage(text)], ...more })
}

export interface ChatOptions {
  readonly agentId?: string
  readonly text?: string
  /** Default: someone. */
  readonly user?: string
  readonly more?: object
}

export interface ChatReply extends Reply {
  readonly chunks: UIMessageChunk[]
  readonly answer: string
  readonly served: Served
  readonly user: string
}

/** One turn, as a program without the AI SDK would do it. */
export async function chat(server: { readonly url: string }, options: ChatOptions = {}): Promise<ChatReply> {
  const { agentId = 'assistant', text = 'What is 12 * 7?', user = someone(), more } = options
  const reply = await send(`${server.url}/api/agents/${agentId}/chat`, { user, headers: json, body: chatBody(text, more) })
  const chunks = chunksOf(reply.text)
  return { ...reply, chunks, answer: answerIn(chunks), served: servedIn(chunks), user }
}

export function chunksOf(events: string): UIMessageChunk[] {
  const data = events.split('\n\n').flatMap((event) => (event.startsWith('data: {') ? [event.slice('data: '.length)] : []))
  return data.map((each) => JSON.parse(each) as UIMessageChunk)
}

export function answerIn(chunks: readonly UIMessageChunk[]): string {
  return chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : '')).join('')
}

export function servedIn(chunks: readonly UIMessageChunk[]): Served {
  const start = chunks.find((chunk) => chunk.type === 'start')
  return (start?.messageMetadata as { rekindle: Served } | undefined)?.rekindle as Served
}
