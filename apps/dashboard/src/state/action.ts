import { useState } from 'preact/hooks'
import { type ApiError, asApiError } from '../api/problem.ts'

interface Action {
  readonly busy: boolean
  readonly error: ApiError | undefined
  /** Does nothing while one is in progress. Never rejects. */
  readonly run: (work: () => Promise<void>) => void
}

/** Something that the visitor makes happen: whether it does, and why it did not. */
export function useAction(): Action {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error: ApiError | undefined }>({
    busy: false,
    error: undefined,
  })
  const run = (work: () => Promise<void>): void => {
    if (state.busy) return
    setState({ busy: true, error: undefined })
    work().then(
      () => setState({ busy: false, error: undefined }),
      (error: unknown) => setState({ busy: false, error: asApiError(error) }),
    )
  }
  return { ...state, run }
}
