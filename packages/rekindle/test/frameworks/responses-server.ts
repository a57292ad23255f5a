import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request to OpenAI's Responses API holds, as far as the tests look. */
export interface ResponsesRequest {
  readonly input: readonly { readonly type?: string; readonly output?: unknown }[]
  readonly tools?: readonly { readonly type: string; readonly name: string }[]
  readonly [setting: string]: unknown
}

const usage = {
  input_tokens: 1,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 1,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 2,
}

/** A model behind OpenAI's Responses API, on loopback: it calls the first of its tools, if it has any, and then says `Done.` */
export class ResponsesServer {
  requests: ResponsesRequest[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  static async start(): Promise<ResponsesServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ResponsesServer(server)
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string
    const asked = JSON.parse(text) as ResponsesRequest
    this.requests.push(asked)
    const [first] = asked.tools ?? []
    const called = asked.input.some(({ type }) => type === 'function_call_output')
    const output =
      first === undefined || called
        ? { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'Done.', annotations: [] }] }
        : { type: 'function_call', id: 'f', call_id: 'call-1', name: first.name, arguments: '{}' }
    response.setHeader('content-type', 'application/json')
    const status = 'completed'
    response.end(JSON.stringify({ id: 'r', object: 'response', status, output: [{ ...output, status }], usage }))
  }
}
