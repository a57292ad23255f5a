import { APICallError, LoadAPIKeyError, NoSuchModelError, RetryError } from 'ai'
import type { FastifyServerOptions } from 'fastify'
import type { Environment } from '../models/provider-environment.ts'
import type { Settings } from '../settings.ts'
import { errorText } from './error-text.ts'
import { redactor } from './redactor.ts'

const longestMessage = 500

/** pino as Fastify sets it up, to stderr: JSON lines that hold no message contents, no cookies and no secrets. */
export function logOptions({ logLevel }: Settings, environment: Environment): NonNullable<FastifyServerOptions['logger']> {
  const redact = redactor(environment)
  return { level: logLevel, stream: process.stderr, serializers: { err: (error: unknown) => loggedError(error, redact) } }
}

export interface LoggedError {
  readonly [detail: string]: unknown
  readonly type: string
  readonly message: string
  readonly stack: string
}

/**
 * Of an error: its kind, code, message and where it was thrown. Other properties are left out, because errors of providers
 * carry the whole request and those of Redis the command that failed, `AUTH` with its password included.
 */
export function loggedError(error: unknown, redact: (text: string) => string): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '(no error was thrown, but this)', stack: '' }
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  const quotes = quotesContents(error)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: error.name,
    message: quotes ? '(left out: it quotes what was sent)' : redact(errorText(error)).slice(0, longestMessage),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof statusCode === 'number' && { statusCode }),
    stack: frames.slice(0, 20).join('\n'),
    ...(error.cause instanceof Error && !quotes && { cause: loggedError(error.cause, redact) }),
  }
}

/** Errors of the AI SDK mostly say what they choked on, and a syntax error shows the text around it. */
function quotesContents(error: Error): boolean {
  if (error instanceof SyntaxError || error.name === 'ZodError') return true
  const known = [APICallError, RetryError, NoSuchModelError, LoadAPIKeyError]
  return error.name.startsWith('AI_') && !known.some((kind) => kind.isInstance(error))
}
