import type { SessionKey } from '../database/turns.ts'
import { cancelled, RequestError } from '../problem.ts'
import type { Following } from './following.ts'
import { Relay } from './relay.ts'
import { ReplyLog } from './reply-log.ts'
import type { TurnKey } from './turn-request.ts'

/** About as much as a reply is in memory. */
const maxReplyLength = 4 * 1024 * 1024

/** A turn that this worker runs, from when it is asked for until its reply is kept. It belongs to no connection. */
export class LiveTurn {
  readonly key: TurnKey
  readonly controller = new AbortController()
  readonly log = new ReplyLog(maxReplyLength)
  readonly relay = new Relay(this.log.cursor())
  /** Rejected if it does not begin. */
  readonly begun = Promise.withResolvers<Following>()
  /** `running`: the database knows that it is, and this worker is not about to say that it has ended. */
  state: 'beginning' | 'running' | 'ending' = 'beginning'

  constructor({ userId, sessionId, turnId }: TurnKey) {
    this.key = { userId, sessionId, turnId }
  }

  cancel(): void {
    this.controller.abort(new RequestError(cancelled))
  }
}

export class LiveTurns {
  readonly #turns = new Map<string, LiveTurn>()

  get size(): number {
    return this.#turns.size
  }

  add(turn: LiveTurn): void {
    this.#turns.set(nameOf(turn.key), turn)
  }

  remove(turn: LiveTurn): void {
    this.#turns.delete(nameOf(turn.key))
  }

  find(key: TurnKey): LiveTurn | undefined {
    return this.#turns.get(nameOf(key))
  }

  /** Those that have begun and not ended. */
  running(): LiveTurn[] {
    return [...this.#turns.values()].filter(({ state }) => state === 'running')
  }

  /** The one that has begun in the session, and has it until its reply is kept. */
  in({ userId, sessionId }: SessionKey): LiveTurn | undefined {
    const turns = [...this.#turns.values()]
    return turns.find(({ key, state }) => key.sessionId === sessionId && key.userId === userId && state !== 'beginning')
  }
}

/** Ids hold no control characters, so that none of them can be taken for two. */
function nameOf({ userId, sessionId, turnId }: TurnKey): string {
  return `${userId}\n${sessionId}\n${turnId}`
}
