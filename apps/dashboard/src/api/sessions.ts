import type { ChatMessage } from '../chat/message.ts'
import { at, call } from './client.ts'

export interface Session {
  readonly id: string
  readonly agentId: string
  readonly title: string
  readonly createdAt: string
  readonly updatedAt: string
  /** The turn in progress. */
  readonly running: string | null
}

export interface SessionPage {
  readonly sessions: readonly Session[]
  readonly next: string | null
}

export const listSessions = (before?: string): Promise<SessionPage> =>
  call(before === undefined ? '/api/sessions' : at`/api/sessions?before=${before}`)

export const getSession = (id: string): Promise<{ session: Session; messages: ChatMessage[] }> => call(at`/api/sessions/${id}`)

export const renameSession = (id: string, title: string): Promise<unknown> =>
  call(at`/api/sessions/${id}`, { method: 'PATCH', body: { title } })

export const deleteSession = (id: string): Promise<void> => call(at`/api/sessions/${id}`, { method: 'DELETE' })
