import type { FastifyBaseLogger } from 'fastify'
import type { RawData, WebSocket } from 'ws'
import { messageTooLarge } from '../http/json-body.ts'
import type { ParseJson } from '../http/json-body.ts'
import type { Identity } from '../identity/identity.ts'
import type { Admission } from '../identity/socket-limits.ts'
import { parseRequest } from '../parse-request.ts'
import { problemOf, RequestError } from '../problem.ts'
import type { Conversations } from '../turns/conversations.ts'
import type { Following } from '../turns/following.ts'
import { turnNotFound } from '../turns/refusals.ts'
import { FollowedTurns } from './followed-turns.ts'
import { clientMessage } from './protocol.ts'
import type { ClientMessage, ServerMessage } from './protocol.ts'

/** Beyond this what is said of turns waits until the reader has caught up. */
const highWaterBytes = 64 * 1024
/** A reader that has this much waiting for it makes us talk without listening. */
const floodBytes = 4 * 1024 * 1024

export interface ConnectionOptions {
  readonly conversations: Conversations
  readonly log: FastifyBaseLogger
  readonly identity: Identity
  /** Asked before each message. */
  readonly admit: Admission
  readonly parseJson: ParseJson
  readonly maxMessageBytes: number
}

/** One WebSocket: it is sent the replies of turns side by side, and nothing a client says ends the others. */
export class Connection {
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  readonly #turns: FollowedTurns
  /** When the last message has left this process. */
  #sent: Promise<void> = Promise.resolve()

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#turns = new FollowedTurns({ say: (message) => this.#send(message), room: () => this.#room() })
    socket.on('message', (data, isBinary) => void this.#receive(data, isBinary))
    // Its turns go on: whoever comes back may have their replies.
    socket.on('close', () => this.#turns.leaveAll())
  }

  /** Resolves when its client has been sent everything of the turns that ran here, which have ended. */
  settled(): Promise<void> {
    return this.#turns.settled()
  }

  /** Never rejects: whatever is wrong with a message is told to its sender. */
  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    if (!(await this.#options.admit())) return
    let value: unknown
    try {
      value = this.#decode(data, isBinary)
      await this.#hear(parseRequest(clientMessage, value))
    } catch (error) {
      this.#refuse(error, idIn(value))
    }
  }

  #decode(data: RawData, isBinary: boolean): unknown {
    const bytes = data as Buffer
    if (isBinary) throw new RequestError({ status: 400, code: 'malformed-json', message: 'Messages are text, not binary.' })
    const { maxMessageBytes, parseJson } = this.#options
    if (bytes.byteLength > maxMessageBytes) throw new RequestError(messageTooLarge(maxMessageBytes))
    return parseJson(bytes.toString())
  }

  async #hear(message: ClientMessage): Promise<void> {
    const { conversations, identity } = this.#options
    switch (message.type) {
      case 'ping':
        return this.#send({ type: 'pong' })
      case 'turn':
        return this.#turns.follow(message.id, message.sessionId, () => this.#begin(message))
      case 'resume':
        return this.#turns.follow(message.id, message.sessionId, () => this.#resume(message))
      case 'cancel': {
        const sessionId = message.sessionId ?? this.#turns.sessionOf(message.id)
        if (sessionId === undefined) return
        await conversations.cancel({ userId: identity.userId, sessionId, turnId: message.id })
      }
    }
  }

  #begin({
    id,
    agentId,
    sessionId,
    reasoning,
    message,
    regenerate,
  }: Extract<ClientMessage, { type: 'turn' }>): Promise<Following> {
    const { conversations, identity, log } = this.#options
    const said =
      message === undefined ? ({ kind: 'again', messageId: regenerate } as const) : ({ kind: 'message', message } as const)
    const turn = { userId: identity.userId, sessionId, turnId: id, agentId, reasoning, said }
    return conversations.begin(turn, log)
  }

  async #resume({ id, sessionId }: Extract<ClientMessage, { type: 'resume' }>): Promise<Following> {
    const { conversations, identity } = this.#options
    const following = await conversations.resume({ userId: identity.userId, sessionId, turnId: id })
    if (following === undefined) throw new RequestError(turnNotFound)
    return following
  }

  async #room(): Promise<void> {
    if (this.#socket.bufferedAmount > highWaterBytes) await this.#sent
  }

  #refuse(error: unknown, id: string | undefined): void {
    const { status, code, message, path, retryAfterS } = problemOf(error)
    if (status >= 500 && code !== 'stopping') this.#options.log.error({ err: error }, 'a message was not acted on')
    const problem = { code, message, ...(path !== undefined && { path }), ...(retryAfterS !== undefined && { retryAfterS }) }
    this.#send({ type: 'error', ...(id !== undefined && { id }), error: problem })
    if (this.#socket.bufferedAmount > floodBytes) this.#socket.terminate()
  }

  #send(message: ServerMessage): void {
    const sent = Promise.withResolvers<void>()
    // On a closed socket this fails, or does nothing.
    this.#socket.send(JSON.stringify(message), (error) => (error ? sent.reject(error) : sent.resolve()))
    this.#sent = sent.promise
    this.#sent.catch(() => {})
  }
}

/** The id of a message that is wrong in another field, so that its sender knows which one is meant. */
function idIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  return typeof value.id === 'string' && value.id.length <= 200 ? value.id : undefined
}
