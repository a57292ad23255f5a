import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A reply that has begun, with `Begun `, and goes on when it is told to. */
export interface HeldReply {
  /** Says `and done.` and ends. */
  finish(): void
  /** Loses the connection in the middle of it. */
  lose(): void
  /** Resolves when it has ended: to false if whoever asked for it has given up. */
  readonly ended: Promise<boolean>
}

interface Chat {
  readonly model: string
  readonly messages: readonly { readonly content: string | readonly { readonly text?: string }[] }[]
}

/**
 * A model behind OpenAI's chat completions protocol, on loopback, for whom streaming is all. `hold` begins a reply and waits;
 * `fail` is refused; anything else is answered with `You said: …`.
 */
export class PacedModel {
  readonly #server: Server
  readonly #held: HeldReply[] = []
  #wanted: ((reply: HeldReply) => void) | undefined

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  static async start(): Promise<PacedModel> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new PacedModel(server)
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** The next reply that is held. */
  async held(): Promise<HeldReply> {
    return this.#held.shift() ?? new Promise((resolve) => (this.#wanted = resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string
    const { model, messages } = JSON.parse(body) as Chat
    const { content = '' } = messages.at(-1) ?? {}
    const prompt = typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('')
    if (prompt === 'fail') return void response.writeHead(400).end()
    response.setHeader('content-type', 'text/event-stream')
    const send = (delta: object, finish_reason: string | null = null) => {
      const choices = [{ index: 0, delta, finish_reason }]
      response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices })}\n\n`)
    }
    const end = () => {
      send({}, 'stop')
      response.end('data: [DONE]\n\n')
    }
    if (prompt === 'hold') return this.#hold(response, (content) => send({ role: 'assistant', content }), end)
    for (const word of `You said: ${prompt}`.split(/(?<= )/u)) send({ role: 'assistant', content: word })
    end()
  }

  #hold(response: ServerResponse, say: (text: string) => void, end: () => void): void {
    say('Begun ')
    const ended = new Promise<boolean>((resolve) => response.once('close', () => resolve(response.writableFinished)))
    const finish = () => {
      say('and done.')
      end()
    }
    const reply = { finish, ended, lose: () => void response.destroy() }
    if (this.#wanted === undefined) this.#held.push(reply)
    else this.#wanted(reply)
    this.#wanted = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
