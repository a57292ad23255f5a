import type { UIMessage } from 'ai'
import type { AppDatabase } from './schema.ts'
import { ofSession } from './turns.ts'
import type { SessionKey } from './turns.ts'

/** A session's messages in their order, and the length of all their JSON. */
export async function readMessages(
  db: AppDatabase,
  session: SessionKey,
): Promise<{ readonly messages: UIMessage[]; readonly length: number }> {
  const rows = await db.selectFrom('messages').select('content').where(ofSession(session)).orderBy('position').execute()
  return {
    messages: rows.map(({ content }) => JSON.parse(content) as UIMessage),
    length: rows.reduce((sum, { content }) => sum + content.length, 0),
  }
}

export async function findMessage(db: AppDatabase, session: SessionKey, id: string): Promise<UIMessage | undefined> {
  const row = await db.selectFrom('messages').select('content').where(ofSession(session)).where('id', '=', id).executeTakeFirst()
  return row && (JSON.parse(row.content) as UIMessage)
}

export interface NewMessage {
  readonly position: number
  readonly id: string
  /** JSON */
  readonly content: string
  readonly createdAt: string
}

export async function insertMessage(
  db: AppDatabase,
  { userId, sessionId }: SessionKey,
  { position, id, content, createdAt }: NewMessage,
): Promise<void> {
  const row = { user_id: userId, session_id: sessionId, position, id, content, created_at: createdAt }
  await db.insertInto('messages').values(row).execute()
}
