import type { UIMessage } from 'ai'
import type { ReplyEnd } from '../turns/assemble-reply.ts'
import type { TurnKey } from '../turns/turn-request.ts'
import { databaseNow } from './database-clock.ts'
import { insertMessage } from './messages.ts'
import type { AppDatabase } from './schema.ts'
import { insertChunks } from './turn-chunks.ts'
import type { ChunkBatch } from './turn-chunks.ts'
import { ofTurn, running } from './turns.ts'

export interface EndedTurn extends TurnKey {
  readonly worker: string
  readonly state: ReplyEnd
  /** `undefined`: nothing was said. */
  readonly reply: UIMessage | undefined
  /** Where in the session the reply belongs. */
  readonly position: number
  /** What other workers have not been given yet. Asked for only if one of them wants it. */
  readonly unread: () => readonly ChunkBatch[]
}

/**
 * Keeps the reply and ends the turn, or does nothing. Resolves to `false` if the turn is not this worker's to end any more: its
 * session is gone, or it was given up as lost.
 */
export function endTurn(db: AppDatabase, turn: EndedTurn, now: () => number): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('turns')
      .set({ state: turn.state, beat_at: databaseNow(transaction) })
      .where(ofTurn(turn))
      .where('state', '=', running)
      .where('worker', '=', turn.worker)
      .returning('asked_to')
      .executeTakeFirst()
    if (row === undefined) return false
    const updatedAt = new Date(now()).toISOString()
    const { reply, position } = turn
    if (reply !== undefined) {
      const content = JSON.stringify(reply)
      await insertMessage(transaction, turn, { position, id: reply.id, content, createdAt: updatedAt })
    }
    await transaction
      .updateTable('sessions')
      .set({ updated_at: updatedAt })
      .where('user_id', '=', turn.userId)
      .where('id', '=', turn.sessionId)
      .execute()
    // Whoever asked before this commit finds all of the reply.
    if (row.asked_to !== null) await insertChunks(transaction, [{ ...turn, batches: turn.unread() }])
    return true
  })
}
