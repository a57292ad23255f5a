import { computed, signal } from '@preact/signals'
import { getSession, listSessions, type Session } from '../api/sessions.ts'
import { type ApiError, asApiError } from '../api/problem.ts'
import { recognise } from '../state/identity.ts'
import { ChatClient } from './chat-client.ts'
import { newId } from './new-id.ts'
import { ChatSocket } from './socket.ts'

/** One for the page: conversations go on while another page is looked at. */
export const chat = new ChatClient({
  connect: (listener) => {
    const address = new URL('/ws', location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const parts = {
      connect: () => new WebSocket(address),
      now: Date.now,
      after: (ms: number, call: () => void) => {
        const timer = setTimeout(call, ms)
        return () => clearTimeout(timer)
      },
      random: Math.random,
    }
    const socket = new ChatSocket(parts, listener)
    addEventListener('online', () => socket.open())
    return socket
  },
  newId,
  load: async (id) => {
    const { session, messages } = await getSession(id)
    return { messages, running: session.running }
  },
  changed: () => void refreshSessions(),
  signedOut: () => void recognise(),
})

interface SessionList {
  readonly sessions: readonly Session[] | undefined
  readonly next: string | null
  readonly error: ApiError | undefined
}

const list = signal<SessionList>({ sessions: undefined, next: null, error: undefined })

/** The latest conversations of the visitor. */
export const sessions = computed(() => list.value)

/** Never rejects: the list has the error. */
export async function refreshSessions(): Promise<void> {
  try {
    list.value = { ...(await listSessions()), error: undefined }
  } catch (error) {
    list.value = { ...list.value, error: asApiError(error) }
  }
}

export async function moreSessions(): Promise<void> {
  const { sessions: before = [], next } = list.value
  if (next === null) return
  const more = await listSessions(next)
  const known = new Set(before.map(({ id }) => id))
  list.value = { ...more, sessions: [...before, ...more.sessions.filter(({ id }) => !known.has(id))], error: undefined }
}
