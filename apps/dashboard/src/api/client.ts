import { asApiError, problemIn } from './problem.ts'

const patienceMs = 15_000

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

type SignedOut = (hint: { readonly developmentLogin: boolean }) => void
let tellSignedOut: SignedOut = () => {}

/** Whoever is not signed in, or no longer, gets 401 to whatever they ask. `listener` hears of it each time. */
export function onSignedOut(listener: SignedOut): void {
  tellSignedOut = listener
}

/**
 * Asks the server that the page came from. Resolves to the JSON of its answer, `undefined` if it has none; rejects with an
 * `ApiError`, or as `signal` says.
 */
export async function call<Answer>(path: string, { method = 'GET', body, signal }: CallOptions = {}): Promise<Answer> {
  const timeout = AbortSignal.timeout(patienceMs)
  try {
    const response = await fetch(path, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    const answer = parsed(text)
    if (response.status === 401) tellSignedOut({ developmentLogin: saysDevelopmentLogin(answer) })
    if (!response.ok) throw problemIn(response.status, answer)
    return answer as Answer
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw asApiError(error)
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function saysDevelopmentLogin(answer: unknown): boolean {
  const { error, developmentLogin } = Object(answer) as Record<string, unknown>
  return developmentLogin === true || (Object(error) as Record<string, unknown>)['developmentLogin'] === true
}

/** A path with ids in it, whatever characters they hold. */
export function at(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent))
}
