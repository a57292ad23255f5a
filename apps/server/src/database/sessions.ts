import { sql } from 'kysely'
import type { AppDatabase } from './schema.ts'
import { isStale, running } from './turns.ts'
import type { SessionKey } from './turns.ts'

export interface Session {
  readonly id: string
  /** The agent of its latest turn. */
  readonly agentId: string
  readonly title: string
  readonly createdAt: string
  readonly updatedAt: string
  /** The id of the turn that runs in it. */
  readonly running: string | null
}

/** A place in a user's list of sessions, in which the latest come first. */
export interface SessionPlace {
  readonly updatedAt: string
  readonly id: string
}

export interface SessionRange {
  /** Default: from the first on. */
  readonly after?: SessionPlace | undefined
  readonly limit: number
}

export function listSessions(db: AppDatabase, userId: string, { after, limit }: SessionRange): Promise<Session[]> {
  const query = selectSessions(db, userId).orderBy('updated_at', 'desc').orderBy('id', 'desc').limit(limit)
  if (after === undefined) return query.execute()
  return query.where(sql<boolean>`(updated_at, id) < (${after.updatedAt}, ${after.id})`).execute()
}

export function findSession(db: AppDatabase, { userId, sessionId }: SessionKey): Promise<Session | undefined> {
  return selectSessions(db, userId).where('id', '=', sessionId).executeTakeFirst()
}

/** Resolves to whether there is one. */
export async function renameSession(db: AppDatabase, session: SessionKey, title: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sessions')
    .set({ title })
    .where('user_id', '=', session.userId)
    .where('id', '=', session.sessionId)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** With its messages and turns. Resolves to whether there was one. */
export async function deleteSession(db: AppDatabase, { userId, sessionId }: SessionKey): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function selectSessions(db: AppDatabase, userId: string) {
  return db
    .selectFrom('sessions')
    .select(['id', 'agent_id as agentId', 'title', 'created_at as createdAt', 'updated_at as updatedAt'])
    .select((of) =>
      of
        .selectFrom('turns')
        .select('turns.id')
        .whereRef('turns.user_id', '=', 'sessions.user_id')
        .whereRef('turns.session_id', '=', 'sessions.id')
        .where('turns.state', '=', running)
        .where(sql<boolean>`not ${isStale(db)}`)
        .as('running'),
    )
    .where('user_id', '=', userId)
}
