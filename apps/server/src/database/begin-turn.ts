import type { UIMessage } from 'ai'
import { sql } from 'kysely'
import { RequestError } from '../problem.ts'
import { messagesKept } from '../sessions/history.ts'
import { sessionTitle } from '../sessions/session-title.ts'
import { conversationTooLong, messageNotFound, tooManyTurns, turnRunning } from '../turns/refusals.ts'
import type { TurnRequest } from '../turns/turn-request.ts'
import { databaseNow } from './database-clock.ts'
import { insertMessage, readMessages } from './messages.ts'
import type { AppDatabase, TurnRow } from './schema.ts'
import { isStale, ofSession, ofTurn, running } from './turns.ts'

/** Of what the model is given. With it the memory of a turn is bounded, and what a session can hold. */
const maxConversation = 8 * 1024 * 1024
const maxMessages = 2_000
const minuteMs = 60_000

export interface NewTurn extends TurnRequest {
  readonly replyId: string
  /** Which worker runs it. */
  readonly worker: string
  readonly turnsPerMinute: number
}

export type BegunTurn =
  | {
      readonly kind: 'begun'
      /** What the agent is to answer. */
      readonly history: UIMessage[]
      /** Where in the session its reply belongs. */
      readonly position: number
    }
  /** It was begun before. */
  | { readonly kind: 'known'; readonly state: TurnRow['state']; readonly replyId: string }

/** Undoes what was done so far, without being a failure. */
class Known extends Error {
  readonly turn: BegunTurn

  constructor(turn: BegunTurn) {
    super('The turn was begun before.')
    this.turn = turn
  }
}

/**
 * Begins a turn, or does nothing: the session is made if it is new, what is said is kept, and the turn is the one that runs in
 * the session. The conversation is the one that is kept here, whatever the client takes it for.
 *
 * Throws a `RequestError` for another turn that is running, too many turns, and what cannot be answered.
 */
export async function beginTurn(db: AppDatabase, turn: NewTurn, now: () => number): Promise<BegunTurn> {
  try {
    return await db.transaction().execute(async (transaction) => {
      const createdAt = new Date(now()).toISOString()
      // First of all, as it keeps other turns of the session waiting: in PostgreSQL they would come in between.
      await upsertSession(transaction, turn, createdAt)
      await insertTurn(transaction, turn)
      await assertRate(transaction, turn)
      return await say(transaction, turn, createdAt)
    })
  } catch (error) {
    if (error instanceof Known) return error.turn
    throw error
  }
}

async function upsertSession(transaction: AppDatabase, turn: NewTurn, createdAt: string): Promise<void> {
  const { userId, sessionId, agentId, said } = turn
  await transaction
    .insertInto('sessions')
    .values({
      user_id: userId,
      id: sessionId,
      agent_id: agentId,
      title: said.kind === 'message' ? sessionTitle(said.message) : '',
      created_at: createdAt,
      updated_at: createdAt,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doUpdateSet({ agent_id: agentId, updated_at: createdAt }))
    .execute()
}

async function insertTurn(transaction: AppDatabase, turn: NewTurn): Promise<void> {
  if (await tryInsertTurn(transaction, turn)) return
  const known = await transaction.selectFrom('turns').select(['state', 'reply_id']).where(ofTurn(turn)).executeTakeFirst()
  if (known !== undefined) throw new Known({ kind: 'known', state: known.state, replyId: known.reply_id })
  const lost = await transaction
    .updateTable('turns')
    .set({ state: 'lost' })
    .where(ofSession(turn))
    .where('state', '=', running)
    .where(isStale(transaction))
    .returning('id')
    .execute()
  if (lost.length === 0 || !(await tryInsertTurn(transaction, turn))) throw new RequestError(turnRunning)
}

/** `false` if it is known, or another one runs. */
async function tryInsertTurn(transaction: AppDatabase, turn: NewTurn): Promise<boolean> {
  const { userId, sessionId, turnId, agentId, replyId, worker } = turn
  const now = databaseNow(transaction)
  const inserted = await transaction
    .insertInto('turns')
    .values({
      user_id: userId,
      session_id: sessionId,
      id: turnId,
      agent_id: agentId,
      reply_id: replyId,
      state: 'running',
      worker,
      started_at: now,
      beat_at: now,
      asked_to: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return inserted.length > 0
}

async function assertRate(transaction: AppDatabase, { userId, turnsPerMinute }: NewTurn): Promise<void> {
  const { turns } = await transaction
    .selectFrom('turns')
    .select((of) => of.fn.countAll().as('turns'))
    .where('user_id', '=', userId)
    .where('started_at', '>', sql<number>`${databaseNow(transaction)} - ${sql.lit(minuteMs)}`)
    .executeTakeFirstOrThrow()
  if (Number(turns) > turnsPerMinute) throw new RequestError(tooManyTurns(turnsPerMinute))
}

async function say(transaction: AppDatabase, turn: NewTurn, createdAt: string): Promise<BegunTurn> {
  const { messages, length } = await readMessages(transaction, turn)
  const kept = messagesKept(messages, turn.said)
  if (kept === undefined) throw new RequestError(messageNotFound)
  if (kept < messages.length) {
    await transaction.deleteFrom('messages').where(ofSession(turn)).where('position', '>=', kept).execute()
  }
  const history = messages.slice(0, kept)
  if (turn.said.kind === 'again') return { kind: 'begun', history, position: kept }
  const { message } = turn.said
  const content = JSON.stringify(message)
  if (length + content.length > maxConversation || kept >= maxMessages) throw new RequestError(conversationTooLong)
  await insertMessage(transaction, turn, { position: kept, id: message.id, content, createdAt })
  return { kind: 'begun', history: [...history, message], position: kept + 1 }
}
