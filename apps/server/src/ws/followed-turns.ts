import type { UIMessage } from 'ai'
import { RequestError } from '../problem.ts'
import type { Following } from '../turns/following.ts'
import type { ServerMessage } from './protocol.ts'

const maxTurns = 8

/** What a connection can do for its turns. */
export interface Voice {
  say(message: ServerMessage): void
  /** Resolves when there is room for more. Rejects when nobody is there. */
  room(): Promise<void>
}

interface Followed {
  readonly sessionId: string
  readonly left: AbortController
  following: Following | undefined
  readonly over: Promise<void>
}

/** The turns whose replies one connection is being sent, side by side. Leaving one does not end it. */
export class FollowedTurns {
  readonly #voice: Voice
  readonly #turns = new Map<string, Followed>()
  /** When the last of the whole replies has been sent. */
  #whole: Promise<void> = Promise.resolve()

  constructor(voice: Voice) {
    this.#voice = voice
  }

  /**
   * Sends the reply that `find` finds, from its beginning. What is being sent of the same turn is left. Rejects with what is to
   * be told of it instead of its end.
   */
  async follow(id: string, sessionId: string, find: () => Promise<Following>): Promise<void> {
    const before = this.#turns.get(id)
    if (before !== undefined && before.sessionId !== sessionId) throw duplicate
    if (before === undefined && this.#turns.size >= maxTurns) throw tooMany
    before?.left.abort()
    const over = Promise.withResolvers<void>()
    const turn: Followed = { sessionId, left: new AbortController(), following: undefined, over: over.promise }
    this.#turns.set(id, turn)
    try {
      turn.following = await find()
      await this.#send(id, turn.following, turn.left.signal)
    } catch (error) {
      if (!turn.left.signal.aborted) throw error
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
      over.resolve()
    }
  }

  sessionOf(id: string): string | undefined {
    return this.#turns.get(id)?.sessionId
  }

  leaveAll(): void {
    for (const { left } of this.#turns.values()) left.abort()
  }

  /** Resolves when everything has been said of the turns of this worker. To be called when they have ended. */
  async settled(): Promise<void> {
    const here = [...this.#turns.values()].filter(({ following }) => following?.kind !== 'running' || following.here)
    await Promise.all(here.map(({ over }) => over))
  }

  async #send(id: string, following: Following, left: AbortSignal): Promise<void> {
    if (following.kind === 'ended') await this.#sendWhole(id, following.reply, left)
    else for await (const chunk of following.read(left)) await this.#say({ type: 'chunk', id, chunk }, left)
    await this.#say({ type: 'end', id }, left)
  }

  /** One after the other: each may be large, and none is loaded before there is room for it. */
  async #sendWhole(id: string, load: () => Promise<UIMessage | undefined>, left: AbortSignal): Promise<void> {
    const before = this.#whole
    const sent = Promise.withResolvers<void>()
    this.#whole = sent.promise
    try {
      await before
      await this.#voice.room()
      const message = left.aborted ? undefined : await load()
      if (message !== undefined) await this.#say({ type: 'reply', id, message }, left)
    } finally {
      sent.resolve()
    }
  }

  async #say(message: ServerMessage, left: AbortSignal): Promise<void> {
    await this.#voice.room()
    if (!left.aborted) this.#voice.say(message)
  }
}

const duplicate = new RequestError({
  status: 409,
  code: 'duplicate-turn',
  message: 'A turn of another session with this id is being sent over this connection.',
  path: 'id',
})

const tooMany = new RequestError({
  status: 429,
  code: 'too-many-turns',
  message: `A connection is sent at most ${maxTurns} turns at once.`,
})
