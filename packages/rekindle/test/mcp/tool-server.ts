import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject, JsonValue } from '../../src/agent-config/index.ts'

type Message = { readonly id?: string | number; readonly method?: string; readonly params?: JsonObject }
type Answer = { readonly result: JsonObject } | { readonly error: { readonly code: number; readonly message: string } }

/**
 * An MCP server of the test's own, over HTTP on loopback: streamable HTTP of 2025 with sessions, written by hand, so that it can
 * count and misbehave. `echo` gives back the arguments and the credential it was called with.
 */
export class ToolServer implements AsyncDisposable {
  tools: JsonObject[] = [toolOf('echo')]
  version = '1.0.0'
  pageSize = 1_000
  /** Called instead of answering a request of that method; what it gives is the answer. */
  readonly answers: {
    [method: string]: (message: Message, request: IncomingMessage, response: ServerResponse) => Answer | undefined
  } = {}
  /** Only requests with one of these are let in. */
  credentials: readonly string[] | undefined = undefined
  /** What has been asked for, in order: methods, and `DELETE`. */
  readonly seen: string[] = []
  /** Of the requests that were given up. */
  readonly cancelled: JsonValue[] = []
  readonly sessions: Set<string> = new Set()
  port = 0
  readonly #streams: Set<ServerResponse> = new Set()
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response))

  static async start(port = 0): Promise<ToolServer> {
    const server = new ToolServer()
    server.#server.listen(port, '127.0.0.1')
    await once(server.#server, 'listening')
    server.port = (server.#server.address() as AddressInfo).port
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`
  }

  count(method: string): number {
    return this.seen.filter((one) => one === method).length
  }

  /** Forgets its sessions, as one that was started anew. */
  forget(): void {
    this.sessions.clear()
    for (const stream of this.#streams) stream.end()
  }

  /** Says on every stream that is open that its tools have changed. */
  announce(): void {
    for (const stream of this.#streams) send(stream, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
  }

  get streams(): number {
    return this.#streams.size
  }

  /** Of all kinds. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const credential = request.headers.authorization
    if (this.credentials !== undefined && !this.credentials.includes(credential ?? '')) {
      return void response.writeHead(401).end(`no access with ${credential}`)
    }
    const session = String(request.headers['mcp-session-id'])
    if (request.method === 'GET') return this.#stream(session, response)
    if (request.method === 'DELETE') {
      this.seen.push('DELETE')
      return void response.writeHead(this.sessions.delete(session) ? 200 : 404).end()
    }
    let body = ''
    for await (const chunk of request) body += String(chunk)
    this.#post(JSON.parse(body) as Message, session, request, response)
  }

  #stream(session: string, response: ServerResponse): void {
    if (!this.sessions.has(session)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #post(message: Message, session: string, request: IncomingMessage, response: ServerResponse): void {
    const { method = '', id } = message
    this.seen.push(method)
    if (method === 'notifications/cancelled') this.cancelled.push(message.params?.['requestId'] ?? null)
    const headers: { [name: string]: string } = { 'content-type': 'application/json' }
    if (method === 'initialize' && this.answers[method] === undefined) {
      const fresh = randomUUID()
      this.sessions.add(fresh)
      headers['mcp-session-id'] = fresh
    } else if (method !== 'initialize' && !this.sessions.has(session)) {
      return void response.writeHead(session === 'undefined' ? 400 : 404).end()
    }
    if (id === undefined) return void response.writeHead(202).end()
    const answer = this.answers[method] ? this.answers[method](message, request, response) : this.#answer(message, request)
    if (answer !== undefined) response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  }

  #answer({ method, params = {} }: Message, request: IncomingMessage): Answer {
    switch (method) {
      case 'initialize':
        return {
          result: {
            protocolVersion: params['protocolVersion'] ?? '',
            capabilities: { tools: { listChanged: true } },
            serverInfo: { name: 'test', version: this.version },
          },
        }
      case 'tools/list': {
        const from = Number(params['cursor'] ?? 0)
        const next = from + this.pageSize
        const tools = this.tools.slice(from, next)
        return { result: { tools, ...(next < this.tools.length && { nextCursor: String(next) }) } }
      }
      case 'tools/call': {
        const text = JSON.stringify({ ...(params['arguments'] as JsonObject), by: request.headers.authorization ?? null })
        return { result: { content: [{ type: 'text', text }] } }
      }
      default:
        return { error: { code: -32_601, message: 'Method not found' } }
    }
  }

  /** As a crash does. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

export function toolOf(name: string, more: JsonObject = {}): JsonObject {
  return { name, description: `The tool ${name}.`, inputSchema: { type: 'object' }, ...more }
}

function send(stream: ServerResponse, message: object): void {
  stream.write(`data: ${JSON.stringify(message)}\n\n`)
}
