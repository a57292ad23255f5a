import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { ServerMessage } from '../src/ws/protocol.ts'
import { answerIn, identified, servedIn, someone, userMessage } from './http-client.ts'
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

  /** Default: as someone. Rejects with `Unexpected server response: <status>` when the server refuses. */
  static async open(
    server: { readonly url: string },
    headers: Record<string, string> = {},
    user: string | null = someone(),
  ): Promise<Client> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, { headers: identified(headers, user) })
    const client = new Client(socket)
    await once(client.socket, 'open')
    return client
  }

  say(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** In a session of its own, unless `more` says which. Returns the session. */
  turn(id: string, text: string, more: object = {}): string {
    const turn = { type: 'turn', id, agentId: 'assistant', sessionId: randomUUID(), message: userMessage(text), ...more }
    this.say(turn)
    return turn.sessionId
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

  /** What was said of a turn, besides its chunks. */
  said(id: string) {
    return this.messages.filter((message) => message.type !== 'chunk' && 'id' in message && message.id === id)
  }

  /** The last word on a turn. */
  async outcome(id: string): Promise<ServerMessage> {
    const find = () => this.said(id).find(({ type }) => type === 'end' || type === 'error')
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
