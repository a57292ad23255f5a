import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Chunk } from './assembler.ts'
import { type Conversation, type ConversationEvent, emptyConversation, next } from './conversation.ts'
import type { ChatMessage } from './message.ts'
import type { ChatSocket, SocketListener } from './socket.ts'

export interface TurnOptions {
  readonly agentId: string
  readonly sessionId: string
  /** A level, or what the agent says. */
  readonly reasoning?: string
}

interface Turn {
  readonly sessionId: string
  /** How it was begun here, until the server has been heard to know of it. */
  opening: object | undefined
}

type ServerMessage =
  | { readonly type: 'chunk'; readonly id: string; readonly chunk: Chunk }
  | { readonly type: 'reply'; readonly id: string; readonly message: ChatMessage }
  | { readonly type: 'end'; readonly id: string }
  | { readonly type: 'error'; readonly id?: string; readonly error: { readonly code: string; readonly message: string } }
  | { readonly type: 'pong' }

export interface ChatClientParts {
  readonly connect: (listener: SocketListener) => Pick<ChatSocket, 'open' | 'say' | 'state'>
  readonly newId: () => string
  /** The conversation as the server has it. */
  readonly load: (sessionId: string) => Promise<{ messages: readonly ChatMessage[]; running: string | null }>
  /** A turn has begun or ended: a list of conversations is out of date. */
  readonly changed: () => void
  readonly signedOut: () => void
}

/**
 * The conversations of this page. Turns go on while the connection is away: when it is back, each is asked for again, and comes
 * from its beginning. A question that may not have arrived is said again with the same id, which is no second turn.
 */
export class ChatClient {
  readonly #parts: ChatClientParts
  readonly #socket: Pick<ChatSocket, 'open' | 'say' | 'state'>
  readonly #conversations = new Map<string, Signal<Conversation>>()
  readonly #turns = new Map<string, Turn>()

  constructor(parts: ChatClientParts) {
    this.#parts = parts
    this.#socket = parts.connect({
      opened: () => {
        for (const [id, turn] of this.#turns) this.#ask(id, turn)
      },
      heard: (message) => this.#hear(message as ServerMessage),
      signedOut: () => parts.signedOut(),
    })
  }

  get connection(): ChatSocket['state'] {
    return this.#socket.state
  }

  connect(): void {
    this.#socket.open()
  }

  conversation(sessionId: string): ReadonlySignal<Conversation> {
    return this.#of(sessionId)
  }

  /** Rejects as `load` does. A turn that is in progress is followed. */
  async load(sessionId: string): Promise<void> {
    const conversation = this.#of(sessionId)
    const before = conversation.value
    const { messages, running } = await this.#parts.load(sessionId)
    const now = conversation.value
    // Followed already: what is shown is newer, and to ask for it once more would bring it twice.
    if (now.turn !== undefined && this.#turns.has(now.turn.id)) return
    if (now !== before) return this.load(sessionId)
    this.#happen(sessionId, { type: 'loaded', messages, running: running ?? undefined })
    if (running !== null) this.#follow(running, { sessionId, opening: undefined })
  }

  send(options: TurnOptions, text: string): void {
    const message: ChatMessage = { id: this.#parts.newId(), role: 'user', parts: [{ type: 'text', text }] }
    this.#begin(options, { message }, (turnId) => ({ type: 'asked', turnId, message }))
  }

  regenerate(options: TurnOptions, messageId: string): void {
    this.#begin(options, { regenerate: messageId }, (turnId) => ({ type: 'regenerating', turnId, messageId }))
  }

  cancel(sessionId: string): void {
    const { turn } = this.#of(sessionId).value
    if (turn !== undefined) this.#socket.say({ type: 'cancel', id: turn.id, sessionId })
  }

  forget(sessionId: string): void {
    this.#conversations.delete(sessionId)
  }

  #begin({ agentId, sessionId, reasoning }: TurnOptions, what: object, event: (turnId: string) => ConversationEvent): void {
    const id = this.#parts.newId()
    const opening = { type: 'turn', id, agentId, sessionId, ...(reasoning !== undefined && { reasoning }), ...what }
    this.#happen(sessionId, event(id))
    this.#follow(id, { sessionId, opening })
  }

  #follow(id: string, turn: Turn): void {
    this.#turns.set(id, turn)
    this.#socket.open()
    this.#ask(id, turn)
  }

  #ask(id: string, { sessionId, opening }: Turn): void {
    this.#socket.say(opening ?? { type: 'resume', id, sessionId })
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'pong' || message.id === undefined) return
    const { id: turnId } = message
    const turn = this.#turns.get(turnId)
    if (turn === undefined) return
    const { sessionId } = turn
    const wasBegun = turn.opening === undefined
    turn.opening = undefined
    if (message.type === 'chunk') this.#happen(sessionId, { type: 'chunk', turnId, chunk: message.chunk })
    else if (message.type === 'reply') this.#happen(sessionId, { type: 'reply', turnId, message: message.message })
    if (message.type === 'chunk' && message.chunk.type === 'start' && !wasBegun) this.#parts.changed()
    if (message.type === 'end') this.#end(turnId, { type: 'ended', turnId }, sessionId)
    if (message.type === 'error') this.#refuse(turnId, sessionId, message.error)
  }

  #refuse(turnId: string, sessionId: string, { code, message }: { code: string; message: string }): void {
    this.#end(turnId, { type: 'refused', turnId, code, text: message }, sessionId)
    // The server knows better what there is: another page may have begun a turn, or a worker has ended with this one.
    if (code === 'turn-running' || code === 'turn-not-found') void this.load(sessionId).catch(() => {})
  }

  #end(turnId: string, event: ConversationEvent, sessionId: string): void {
    this.#turns.delete(turnId)
    this.#happen(sessionId, event)
    this.#parts.changed()
  }

  #happen(sessionId: string, event: ConversationEvent): void {
    const conversation = this.#of(sessionId)
    conversation.value = next(conversation.value, event)
  }

  #of(sessionId: string): Signal<Conversation> {
    const known = this.#conversations.get(sessionId)
    if (known !== undefined) return known
    const begun = signal(emptyConversation)
    this.#conversations.set(sessionId, begun)
    return begun
  }
}
