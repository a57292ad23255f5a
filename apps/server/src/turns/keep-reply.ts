import { setTimeout as delay } from 'node:timers/promises'
import type { UIMessage } from 'ai'
import type { FastifyBaseLogger } from 'fastify'
import { endTurn } from '../database/end-turn.ts'
import type { AppDatabase } from '../database/schema.ts'
import { assembleReply } from './assemble-reply.ts'
import type { ReplyEnd } from './assemble-reply.ts'
import type { LiveTurn } from './live-turns.ts'

/** For how long a reply waits in memory for a database that does not take it. */
const patienceMs = 60_000
const firstDelayMs = 100
const longestDelayMs = 5_000

export interface FinishedTurn {
  readonly turn: LiveTurn
  readonly worker: string
  readonly end: ReplyEnd
  /** Where in the session its reply belongs. */
  readonly position: number
  readonly log: FastifyBaseLogger
}

/**
 * Keeps the reply of a turn, and lets its readers know the end: they have every word of it by then. If the database does not take
 * it they are not kept waiting; it is tried again for a while. Never rejects.
 */
export async function keepReply(db: AppDatabase, { turn, worker, end, position, log }: FinishedTurn): Promise<void> {
  turn.state = 'ending'
  const reply = await assemble(turn, end, log)
  const ended = { ...turn.key, worker, state: end, reply, position, unread: () => turn.relay.unwritten() }
  const deadline = performance.now() + patienceMs
  for (let attempt = 0; ; attempt++) {
    try {
      const kept = await endTurn(db, ended, Date.now)
      if (!kept) log.info(turn.key, 'a reply is not kept: its session is gone, or the turn was given up as lost')
      turn.log.end()
      return
    } catch (error) {
      turn.log.end()
      const final = performance.now() > deadline
      if (attempt === 0 || final) log.error({ err: error, final }, 'a reply could not be kept')
      if (final) return
    }
    await delay(Math.min(longestDelayMs, firstDelayMs * 2 ** attempt) * (0.5 + Math.random() / 2))
  }
}

async function assemble(turn: LiveTurn, end: ReplyEnd, log: FastifyBaseLogger): Promise<UIMessage | undefined> {
  try {
    return await assembleReply(turn.log.cursor().rest(), end)
  } catch (error) {
    log.error({ err: error }, 'a reply makes no message')
    return undefined
  }
}
