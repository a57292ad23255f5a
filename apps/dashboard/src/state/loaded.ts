import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../api/problem.ts'

export type Loaded<Value> = {
  /** Asks again. What is there stays until the answer comes. */
  readonly reload: () => void
  /** It is known from elsewhere: the answer to an edit. */
  readonly replace: (value: Value) => void
} & (
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: ApiError }
  | { readonly state: 'ready'; readonly value: Value }
)

type Outcome<Value> = { readonly value: Value } | { readonly error: ApiError }

/** What `load` resolves to, for as long as `key` is the same; of another key it is loaded anew. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [held, setHeld] = useState<{ readonly key: string; readonly outcome: Outcome<Value> }>()
  const [asked, setAsked] = useState(0)
  const latest = useRef(0)
  useEffect(() => {
    const own = ++latest.current
    const hold = (outcome: Outcome<Value>): void => void (own === latest.current && setHeld({ key, outcome }))
    load().then(
      (value) => hold({ value }),
      (error: unknown) => hold({ error: asApiError(error) }),
    )
    return () => void latest.current++
  }, [key, asked])
  const common = {
    reload: () => setAsked((before) => before + 1),
    replace: (value: Value) => {
      latest.current++
      setHeld({ key, outcome: { value } })
    },
  }
  if (held?.key !== key) return { ...common, state: 'loading' }
  return 'value' in held.outcome
    ? { ...common, state: 'ready', value: held.outcome.value }
    : { ...common, state: 'failed', error: held.outcome.error }
}
