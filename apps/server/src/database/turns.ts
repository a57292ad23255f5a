import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { TurnKey } from '../turns/turn-request.ts'
import { databaseNow } from './database-clock.ts'
import type { AppDatabase, TurnRow } from './schema.ts'

/** A worker that has said nothing of a turn for so long has died. */
const staleMs = 10_000

/** Names a session: of one user, whatever others call theirs. */
export type SessionKey = Pick<TurnKey, 'userId' | 'sessionId'>

/** Written out, so that it matches the condition of the index. */
export const running: RawBuilder<'running'> = sql.lit('running')

export function ofSession({ userId, sessionId }: SessionKey): RawBuilder<boolean> {
  return sql<boolean>`user_id = ${userId} and session_id = ${sessionId}`
}

export function ofTurn({ userId, sessionId, turnId }: TurnKey): RawBuilder<boolean> {
  return sql<boolean>`user_id = ${userId} and session_id = ${sessionId} and id = ${turnId}`
}

/** Of a turn that says `running`: that nobody runs it any more. */
export function isStale(db: AppDatabase): RawBuilder<boolean> {
  return sql<boolean>`beat_at < ${databaseNow(db)} - ${sql.lit(staleMs)}`
}

/** As far as it matters to who does not run it. What a worker ran that has died is `lost`, whether it says so yet or not. */
export interface FoundTurn {
  readonly turnId: string
  readonly state: TurnRow['state']
  readonly replyId: string
}

export async function findTurn(db: AppDatabase, turn: TurnKey): Promise<FoundTurn | undefined> {
  const row = await selectTurn(db).where(ofTurn(turn)).executeTakeFirst()
  return row && found(row)
}

/** The turn that runs in a session. */
export async function findRunningTurn(db: AppDatabase, session: SessionKey): Promise<FoundTurn | undefined> {
  const row = await selectTurn(db).where(ofSession(session)).where('state', '=', running).executeTakeFirst()
  const turn = row && found(row)
  return turn?.state === 'running' ? turn : undefined
}

function selectTurn(db: AppDatabase) {
  return db.selectFrom('turns').select(['id', 'state', 'reply_id', isStale(db).as('stale')])
}

function found(row: Pick<TurnRow, 'id' | 'state' | 'reply_id'> & { readonly stale: boolean }): FoundTurn {
  return { turnId: row.id, state: row.state === 'running' && row.stale ? 'lost' : row.state, replyId: row.reply_id }
}

/** Asks the worker that runs a turn for something. Resolves to `false` if it does not run any more. */
export async function askTurn(db: AppDatabase, turn: TurnKey, to: NonNullable<TurnRow['asked_to']>): Promise<boolean> {
  // Whoever is asked to cancel relays as well.
  const askedTo = to === 'cancel' ? to : sql<'relay'>`coalesce(asked_to, 'relay')`
  const { numUpdatedRows } = await db
    .updateTable('turns')
    .set({ asked_to: askedTo })
    .where(ofTurn(turn))
    .where('state', '=', running)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface AskedTurn extends TurnKey {
  readonly askedTo: TurnRow['asked_to']
}

/** What others ask of the turns that this worker runs. */
export async function askedTurns(db: AppDatabase, worker: string): Promise<AskedTurn[]> {
  const rows = await db
    .selectFrom('turns')
    .select(['user_id', 'session_id', 'id', 'asked_to'])
    .where('worker', '=', worker)
    .where('state', '=', running)
    .where('asked_to', 'is not', null)
    .execute()
  return rows.map(asked)
}

/** Says that this worker is alive, and resolves to the turns that the database takes it to run. */
export async function beat(db: AppDatabase, worker: string): Promise<AskedTurn[]> {
  const rows = await db
    .updateTable('turns')
    .set({ beat_at: databaseNow(db) })
    .where('worker', '=', worker)
    .where('state', '=', running)
    .returning(['user_id', 'session_id', 'id', 'asked_to'])
    .execute()
  return rows.map(asked)
}

function asked(row: Pick<TurnRow, 'user_id' | 'session_id' | 'id' | 'asked_to'>): AskedTurn {
  return { userId: row.user_id, sessionId: row.session_id, turnId: row.id, askedTo: row.asked_to }
}

/** Ends a turn that nobody runs: the database began it, and its worker never heard of that. */
export async function giveUpTurn(db: AppDatabase, turn: TurnKey): Promise<void> {
  await db.updateTable('turns').set({ state: 'lost' }).where(ofTurn(turn)).where('state', '=', running).execute()
}
