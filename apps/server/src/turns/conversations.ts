import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { beginTurn } from '../database/begin-turn.ts'
import type { BegunTurn } from '../database/begin-turn.ts'
import { findMessage } from '../database/messages.ts'
import type { AppDatabase } from '../database/schema.ts'
import { askTurn, findRunningTurn, findTurn } from '../database/turns.ts'
import type { FoundTurn, SessionKey } from '../database/turns.ts'
import { RequestError } from '../problem.ts'
import { readElsewhere } from './following.ts'
import type { Following } from './following.ts'
import { keepReply } from './keep-reply.ts'
import { LiveTurn, LiveTurns } from './live-turns.ts'
import { turnLost, turnRunning } from './refusals.ts'
import { runTurn } from './run-turn.ts'
import type { TurnServices } from './run-turn.ts'
import type { RunningTurns } from './running-turns.ts'
import { TurnJanitor } from './turn-janitor.ts'
import type { TurnKey, TurnRequest } from './turn-request.ts'
import { TurnWatch } from './turn-watch.ts'

/** A turn that was just cancelled, or whose last word has just been read, gets this long to leave the session to the next one. */
const waitsMs = [10, 20, 40, 80, 160, 320, 370]

export interface ConversationParts extends Omit<TurnServices, 'log'> {
  readonly db: AppDatabase
  readonly turns: RunningTurns
  readonly log: FastifyBaseLogger
  readonly settings: { readonly limits: { readonly turnsPerMinute: number } }
}

/**
 * The turns of all sessions: begun here, followed and cancelled from anywhere. A turn belongs to the worker that began it, and
 * ends as it would have ended, whoever comes and goes meanwhile.
 */
export class Conversations {
  readonly #parts: ConversationParts
  readonly #worker: string = randomUUID()
  readonly #live = new LiveTurns()
  readonly #watch: TurnWatch
  readonly #janitor: TurnJanitor

  constructor(parts: ConversationParts) {
    this.#parts = parts
    this.#watch = new TurnWatch({ db: parts.db, worker: this.#worker, turns: this.#live, log: parts.log })
    this.#janitor = new TurnJanitor(parts)
  }

  /** Begins a turn. One that was begun before, in whichever worker, is followed instead. */
  begin(request: TurnRequest, log: FastifyBaseLogger): Promise<Following> {
    const known = this.#live.find(request)
    if (known !== undefined) return known.begun.promise
    const turn = new LiveTurn(request)
    this.#live.add(turn)
    this.#watch.wake()
    void this.#parts.turns
      .run(turn.controller, () => this.#run(turn, request, log))
      .catch((error: unknown) => turn.begun.reject(error))
      .finally(() => this.#live.remove(turn))
    return turn.begun.promise
  }

  /** Follows a turn, or whichever runs in the session. `undefined`: there is none. */
  async resume(key: TurnKey | (SessionKey & { readonly turnId?: undefined })): Promise<Following | undefined> {
    const live = key.turnId === undefined ? this.#live.in(key) : this.#live.find(key)
    if (live !== undefined) return live.begun.promise
    const { db } = this.#parts
    const found = await (key.turnId === undefined ? findRunningTurn(db, key) : findTurn(db, key))
    return found && this.#follow({ ...key, turnId: found.turnId }, found)
  }

  /** Ends a turn, or whichever runs in the session, as soon as its worker hears of it. Resolves to whether there is one. */
  async cancel(key: TurnKey | (SessionKey & { readonly turnId?: undefined })): Promise<boolean> {
    const live = key.turnId === undefined ? this.#live.in(key) : this.#live.find(key)
    if (live !== undefined) {
      live.cancel()
      return true
    }
    const { db } = this.#parts
    const turnId = key.turnId ?? (await findRunningTurn(db, key))?.turnId
    return turnId !== undefined && askTurn(db, { ...key, turnId }, 'cancel')
  }

  /** Ends a turn that was begun here. */
  cancelHere(key: TurnKey): void {
    this.#live.find(key)?.cancel()
  }

  close(): void {
    this.#watch.close()
    this.#janitor.close()
  }

  /** Rejects if the turn does not begin. */
  async #run(turn: LiveTurn, request: TurnRequest, log: FastifyBaseLogger): Promise<void> {
    const { db, agents, usage } = this.#parts
    const replyId = randomUUID()
    let position = 0
    const end = await runTurn(
      { agents, usage, log },
      {
        request,
        controller: turn.controller,
        begin: async (served) => {
          const begun = await this.#begin(turn, request, replyId)
          if (begun.kind === 'known') {
            turn.begun.resolve(await this.#follow(request, { turnId: request.turnId, ...begun }))
            return undefined
          }
          position = begun.position
          turn.state = 'running'
          turn.begun.resolve({ kind: 'running', here: true, served, read: (signal) => turn.log.read(signal) })
          return { history: begun.history, replyId, reply: turn.log }
        },
      },
    )
    if (end !== undefined) await keepReply(db, { turn, worker: this.#worker, end, position, log })
  }

  async #begin(turn: LiveTurn, request: TurnRequest, replyId: string): Promise<BegunTurn> {
    const { db, settings } = this.#parts
    const { turnsPerMinute } = settings.limits
    for (const wait of [...waitsMs, undefined]) {
      try {
        return await beginTurn(db, { ...request, replyId, worker: this.#worker, turnsPerMinute }, Date.now)
      } catch (error) {
        const running = error instanceof RequestError && error.problem.code === turnRunning.code
        if (!running || wait === undefined) throw error
        await delay(wait)
        turn.controller.signal.throwIfAborted()
      }
    }
    throw new RequestError(turnRunning)
  }

  async #follow(key: TurnKey, { state, replyId }: FoundTurn): Promise<Following> {
    const { db } = this.#parts
    if (state === 'lost') throw new RequestError(turnLost)
    if (state === 'running' && (await askTurn(db, key, 'relay'))) {
      return { kind: 'running', here: false, served: undefined, read: (signal) => readElsewhere(db, key, signal) }
    }
    return { kind: 'ended', reply: () => findMessage(db, key, replyId) }
  }
}
