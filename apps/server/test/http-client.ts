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
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Over a connection of its own, so that requests one after the other go to one worker after the other. */
export function open(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const { method = options.body === undefined ? 'GET' : 'POST', headers = {}, body, signal } = options
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent: false, method, headers, ...(signal && { signal }) }, resolve)
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
  return { id: 'message-1', role: 'user', parts: [{ type: 'text', text }] }
}

export function chatBody(text: string, more: object = {}): string {
  return JSON.stringify({ id: 'chat-1', messages: [userMessage(text)], ...more })
}

export interface ChatOptions {
  readonly agentId?: string
  readonly text?: string
  readonly cookie?: string
  readonly more?: object
}

export interface ChatReply extends Reply {
  readonly chunks: UIMessageChunk[]
  readonly answer: string
  readonly served: Served
  /** What to send as `cookie` from now on. */
  readonly cookie: string
}

/** One turn, as a program without the AI SDK would do it. */
export async function chat(server: { readonly url: string }, options: ChatOptions = {}): Promise<ChatReply> {
  const { agentId = 'assistant', text = 'What is 12 * 7?', cookie, more } = options
  const headers = { ...json, ...(cookie !== undefined && { cookie }) }
  const reply = await send(`${server.url}/api/agents/${agentId}/chat`, { headers, body: chatBody(text, more) })
  const chunks = chunksOf(reply.text)
  return {
    ...reply,
    chunks,
    answer: answerIn(chunks),
    served: servedIn(chunks),
    cookie: reply.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie ?? '',
  }
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
