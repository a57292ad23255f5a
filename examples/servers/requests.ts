import {
  AcquireTimeoutError,
  AgentNotFoundError,
  BuildTimeoutError,
  CacheClosedError,
  InvalidKeyError,
  QueueFullError,
} from 'rekindle'
import { z } from 'zod'

class NotSignedInError extends Error {}

/** Stands for your sessions, or for checking a token. */
const users = new Map([
  ['Bearer token-of-ann', 'ann'],
  ['Bearer token-of-bob', 'bob'],
])

/** Who asks: from what was signed, never from the body. */
export function userOf(authorization: string | null | undefined): string {
  const user = users.get(authorization ?? '')
  if (user === undefined) throw new NotSignedInError('Sign in first.')
  return user
}

const question = z.object({ sessionId: z.string().min(1), prompt: z.string().min(1) })

/** What is asked. A session's id may come from the client: the key holds the user's, so nobody gets to another's agent by it. */
export function questionOf(body: unknown): z.infer<typeof question> {
  return question.parse(body)
}

/** What to tell a client of an error. */
export function problemOf(error: unknown): { readonly status: 400 | 401 | 404 | 500 | 503 | 504; readonly message: string } {
  if (error instanceof z.ZodError) return { status: 400, message: 'The body must be JSON: { sessionId, prompt }.' }
  if (error instanceof NotSignedInError) return { status: 401, message: error.message }
  if (AgentNotFoundError.isInstance(error)) return { status: 404, message: error.message }
  if (InvalidKeyError.isInstance(error)) return { status: 400, message: error.message }
  if (BuildTimeoutError.isInstance(error)) return { status: 504, message: 'Preparing the agent took too long. Try again.' }
  if (QueueFullError.isInstance(error) || AcquireTimeoutError.isInstance(error) || CacheClosedError.isInstance(error)) {
    return { status: 503, message: 'Busy, or about to stop. Try again in a moment.' }
  }
  return { status: 500, message: 'The server failed to do this.' }
}
