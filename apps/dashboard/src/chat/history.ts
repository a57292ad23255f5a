import { useEffect, useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../api/problem.ts'
import { chat } from './chat.ts'

export type History = { readonly state: 'loading' | 'ready' } | { readonly state: 'failed'; readonly error: ApiError }

/** Whether what was said before is here. What is here already is shown while it is asked for. */
export function useHistory(sessionId: string): readonly [History, retry: () => void] {
  const isEmpty = chat.conversation(sessionId).value.messages.length === 0
  const [history, setHistory] = useState<History>({ state: isEmpty ? 'loading' : 'ready' })
  const load = (): void =>
    void chat.load(sessionId).then(
      () => setHistory({ state: 'ready' }),
      (error: unknown) => setHistory({ state: 'failed', error: asApiError(error) }),
    )
  useEffect(() => {
    // Begun here a moment ago: the server may not have heard of it yet.
    if (chat.conversation(sessionId).value.turn === undefined) load()
  }, [])
  const retry = (): void => {
    setHistory({ state: 'loading' })
    load()
  }
  return [isEmpty ? history : { state: 'ready' }, retry]
}
