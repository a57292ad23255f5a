import type { UIMessageChunk } from 'ai'
import type { RawData, WebSocket } from 'ws'
import { messageTooLarge } from '../http/json-body.ts'
import type { ParseJson } from '../http/json-body.ts'
import { parseRequest } from '../parse-request.ts'
import { cancelled, problemOf, RequestError } from '../problem.ts'
import { runTurn } from '../turns/run-turn.ts'
import type { TurnReply, TurnServices } from '../turns/run-turn.ts'
import type { RunningTurns } from '../turns/running-turns.ts'
import { readMessages } from '../turns/turn-request.ts'
import type { Visitor } from '../visitors/visitors.ts'
import { clientMessage } from './protocol.ts'
import type { ClientMessage, ServerMessage } from './protocol.ts'

const maxTurns = 8
/** Beyond this the next chunk waits until the reader has caught up. */
const highWaterBytes = 64 * 1024
/** A reader that has this much waiting for it makes us talk without listening. */
const floodBytes = 4 * 1024 * 1024

export interface ConnectionOptions {
  readonly services: TurnServices & { readonly turns: RunningTurns }
  readonly visitor: Visitor
  readonly parseJson: ParseJson
  readonly maxMessageBytes: number
}

/** One WebSocket: its turns run side by side, each with a lease of its own, and nothing a client says ends the others. */
export class Connection {
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  readonly #turns = new Map<string, AbortController>()

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('message', (data, isBinary) => void this.#receive(data, isBinary))
    socket.on('close', () => {
      for (const turn of this.#turns.values()) turn.abort(new RequestError(cancelled))
    })
  }

  /** Never rejects: whatever is wrong with a message is told to its sender. */
  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    let value: unknown
    try {
      value = this.#decode(data, isBinary)
      const message = parseRequest(clientMessage, value)
      if (message.type === 'cancel') this.#turns.get(message.id)?.abort(new RequestError(cancelled))
      else await this.#turn(message)
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

  async #turn({ id, agentId, sessionId, reasoning, messages }: Extract<ClientMessage, { type: 'turn' }>): Promise<void> {
    if (this.#turns.has(id)) {
      throw new RequestError({ status: 409, code: 'duplicate-turn', message: 'A turn with this id is running.', path: 'id' })
    }
    if (this.#turns.size >= maxTurns) {
      throw new RequestError({
        status: 429,
        code: 'too-many-turns',
        message: `A connection runs at most ${maxTurns} turns at once.`,
      })
    }
    const { services, visitor } = this.#options
    const turn = new AbortController()
    this.#turns.set(id, turn)
    try {
      const request = { agentId, sessionId, reasoning, visitor, messages: await readMessages(messages) }
      const reply: TurnReply = { begin: () => {}, send: (chunk) => this.#sendChunk(id, chunk) }
      await services.turns.run(turn, (signal) => runTurn(services, request, reply, signal))
    } finally {
      this.#turns.delete(id)
    }
    this.#send({ type: 'end', id })
  }

  #sendChunk(id: string, chunk: UIMessageChunk): Promise<void> {
    const sent = Promise.withResolvers<void>()
    this.#send({ type: 'chunk', id, chunk }, (error) => (error ? sent.reject(error) : sent.resolve()))
    if (this.#socket.bufferedAmount > highWaterBytes) return sent.promise
    sent.promise.catch(() => {})
    return Promise.resolve()
  }

  #refuse(error: unknown, id: string | undefined): void {
    const { status, code, message, path } = problemOf(error)
    if (status >= 500 && code !== 'stopping') this.#options.services.log.error({ err: error }, 'a turn was not begun')
    const problem = { code, message, ...(path !== undefined && { path }) }
    this.#send({ type: 'error', ...(id !== undefined && { id }), error: problem })
    if (this.#socket.bufferedAmount > floodBytes) this.#socket.terminate()
  }

  #send(message: ServerMessage, done?: (error?: Error) => void): void {
    // On a closed socket this calls `done` with an error, or does nothing.
    this.#socket.send(JSON.stringify(message), (error) => done?.(error ?? undefined))
  }
}

/** The id of a message that is wrong in another field, so that its sender knows which one is meant. */
function idIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  return typeof value.id === 'string' && value.id.length <= 200 ? value.id : undefined
}
