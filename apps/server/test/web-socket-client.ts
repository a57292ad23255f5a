import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { ServerMessage } from '../src/ws/protocol.ts'
import { answerIn, servedIn, userMessage } from './http-client.ts'
import { until } from './server-process.ts'

/** A WebSocket to the server, and everything that came over it. */
export class Client implements Disposable {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  handshake: IncomingMessage | undefined
  closed: number | undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as ServerMessage))
    socket.on('upgrade', (response) => (this.handshake = response))
    socket.on('close', (code) => (this.closed = code))
  }

  /** Rejects with `Unexpected server response: <status>` when the server refuses. */
  static async open(server: { readonly url: string }, headers: Record<string, string> = {}): Promise<Client> {
    const client = new Client(new WebSocket(`${server.url.replace('http', 'ws')}/ws`, { headers }))
    await once(client.socket, 'open')
    return client
  }

  say(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  turn(id: string, text: string, more: object = {}): void {
    this.say({ type: 'turn', id, agentId: 'assistant', sessionId: 's', messages: [userMessage(text)], ...more })
  }

  chunks(id: string) {
    return this.messages.flatMap((message) => (message.type === 'chunk' && message.id === id ? [message.chunk] : []))
  }

  answer(id: string): string {
    return answerIn(this.chunks(id))
  }

  served(id: string) {
    return servedIn(this.chunks(id))
  }

  /** The last word on a turn. */
  async outcome(id: string): Promise<ServerMessage> {
    const find = () => this.messages.find((message) => message.type !== 'chunk' && message.id === id)
    await until(() => find() !== undefined)
    return find()!
  }

  /** The next error, to messages that have no id. */
  async nextError(after: number) {
    await until(() => this.messages.length > after)
    return this.messages[after]
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}
