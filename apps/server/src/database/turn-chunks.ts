import type { UIMessageChunk } from 'ai'
import { sql } from 'kysely'
import type { TurnKey } from '../turns/turn-request.ts'
import { databaseNow } from './database-clock.ts'
import type { AppDatabase } from './schema.ts'

/** For how long after a turn's end its chunks are there for who reads them in another worker. */
const chunksMs = 60_000
/** For how long a turn's id is known, so that saying it again is no second turn. */
const turnsMs = 24 * 60 * 60 * 1_000
/** What a reader takes at once. */
const maxBatches = 20

/** Part of a reply, on its way to another worker. */
export interface ChunkBatch {
  /** From 0, without gaps. */
  readonly position: number
  readonly chunks: readonly UIMessageChunk[]
}

export interface RelayedTurn extends TurnKey {
  readonly batches: readonly ChunkBatch[]
}

export async function insertChunks(db: AppDatabase, turns: readonly RelayedTurn[]): Promise<void> {
  const rows = turns.flatMap(({ userId, sessionId, turnId, batches }) =>
    batches.map(({ position, chunks }) => ({
      user_id: userId,
      session_id: sessionId,
      turn_id: turnId,
      position,
      chunks: JSON.stringify(chunks),
    })),
  )
  if (rows.length === 0) return
  // Of an attempt that failed, all may be there.
  await db
    .insertInto('turn_chunks')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The next batches, from `position` on. */
export async function readChunks(db: AppDatabase, turn: TurnKey, position: number): Promise<UIMessageChunk[][]> {
  const rows = await db
    .selectFrom('turn_chunks')
    .select('chunks')
    .where('user_id', '=', turn.userId)
    .where('session_id', '=', turn.sessionId)
    .where('turn_id', '=', turn.turnId)
    .where('position', '>=', position)
    .orderBy('position')
    .limit(maxBatches)
    .execute()
  return rows.map(({ chunks }) => JSON.parse(chunks) as UIMessageChunk[])
}

/** Deletes what nobody will ask for any more. */
export async function pruneTurns(db: AppDatabase): Promise<void> {
  const now = databaseNow(db)
  await db
    .deleteFrom('turn_chunks')
    .where((of) =>
      of.not(
        of.exists(
          of
            .selectFrom('turns')
            .select('turns.id')
            .whereRef('turns.user_id', '=', 'turn_chunks.user_id')
            .whereRef('turns.session_id', '=', 'turn_chunks.session_id')
            .whereRef('turns.id', '=', 'turn_chunks.turn_id')
            .where('turns.beat_at', '>', sql<number>`${now} - ${sql.lit(chunksMs)}`),
        ),
      ),
    )
    .execute()
  await db
    .deleteFrom('turns')
    .where('state', '<>', 'running')
    .where('started_at', '<', sql<number>`${now} - ${sql.lit(turnsMs)}`)
    .execute()
}
