import {
  AcquireTimeoutError,
  AgentNotFoundError,
  BuildTimeoutError,
  CacheClosedError,
  InvalidKeyError,
  QueueFullError,
} from 'rekindle'
import { isBusy } from './database/sqlite-busy.ts'

/** What a client is told when something is refused or fails, over HTTP and WebSocket alike. */
export interface Problem {
  readonly status: number
  /** Stable, for programs. */
  readonly code: string
  /** For people. Holds nothing of the server's inside. */
  readonly message: string
  /** The field of the request, as JavaScript would write it: `messages[0].parts[1].text`. */
  readonly path?: string
  /** Of the agent, for an editor that has seen another. */
  readonly currentVersion?: number
  /** Whoever is not signed in could say here who they are, without a token. */
  readonly developmentLogin?: boolean
  /** Of agents that stand in the way; not all of them if they are many. */
  readonly usedBy?: readonly string[]
  /** When to try again. */
  readonly retryAfterS?: number
}

/** A refusal that the server itself has decided on. */
export class RequestError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.problem = problem
  }
}

export const stopping: Problem = {
  status: 503,
  code: 'stopping',
  message: 'The server is stopping. Try again in a moment.',
  retryAfterS: 1,
}

/** The client itself has ended what it asked for: nobody reads this. */
export const cancelled: Problem = { status: 499, code: 'cancelled', message: 'The request was cancelled.' }

export const internal: Problem = {
  status: 500,
  code: 'internal',
  message: 'The server failed to do this. Its log says why.',
}

const unavailable: Problem = {
  status: 503,
  code: 'unavailable',
  message: 'The database does not answer. Try again in a moment.',
  retryAfterS: 2,
}

/** What to tell a client of any error. What is not recognised is `internal`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem
  if (AgentNotFoundError.isInstance(error)) return { status: 404, code: 'agent-not-found', message: error.message }
  if (InvalidKeyError.isInstance(error)) {
    return { status: 400, code: 'invalid-request', message: error.message, path: error.field }
  }
  if (QueueFullError.isInstance(error) || AcquireTimeoutError.isInstance(error)) {
    return { status: 503, code: 'busy', message: 'Too many requests wait for agents. Try again in a moment.', retryAfterS: 1 }
  }
  if (BuildTimeoutError.isInstance(error)) {
    return { status: 504, code: 'build-timeout', message: 'Preparing the agent took too long. Try again.' }
  }
  if (CacheClosedError.isInstance(error)) return stopping
  return isConnectionFailure(error) ? unavailable : internal
}

/** Of a socket, or of PostgreSQL: connection (08), too many of them (53), shutting down (57P). Or others kept SQLite's lock. */
function isConnectionFailure(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure)
  if (!(error instanceof Error)) return false
  if (isBusy(error)) return true
  const code = 'code' in error ? String(error.code) : ''
  if (/^(ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|08...|53...|57P..)$/.test(code)) return true
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message)
}
