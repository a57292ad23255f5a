import { McpServerError, textOf } from '../errors.ts'
import type { Sdk } from './sdk.ts'

/** Parts of a secret that are shorter are words, such as `Bearer`. */
const minPartLength = 8
/** And what is shorter is none at all: a number, a flag. */
const minSecretLength = 4

/** What is wrong with a server whose name is not known here: the message goes on after the name. It holds no secret. */
export class Failure extends Error {
  /** The server has certainly not seen the request, so it may be sent again. */
  readonly undelivered: boolean

  constructor(message: string, { undelivered = false, cause }: { undelivered?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.undelivered = undelivered
  }
}

/** What the application gets to see. */
export function serverError(server: string, error: unknown): McpServerError {
  if (error instanceof Failure) return new McpServerError(server, error.message, { cause: error.cause })
  return new McpServerError(server, `cannot be reached: ${textOf(error)}`, { cause: error })
}

/**
 * A failure of the SDK in our words. What a server answers over HTTP is not repeated: it may well repeat what it was sent. Of
 * an error in the protocol's own form the text is, without `secrets`: it is written for whoever called the tool.
 */
export function failureOf(error: unknown, sdk: Sdk, timeoutMs: number, secrets: readonly string[]): Failure {
  if (error instanceof Failure) return error
  if (error instanceof sdk.ProtocolError) return new Failure(`answered with an error: ${textOf(without(secrets, error.message))}`)
  if (error instanceof sdk.SdkHttpError) return new Failure(`answered with HTTP status ${error.status}.`)
  if (error instanceof sdk.SdkError) {
    if (error.code === sdk.SdkErrorCode.RequestTimeout) return new Failure(`did not answer within ${timeoutMs} ms.`)
    if (error.code === sdk.SdkErrorCode.ConnectionClosed) return new Failure('was disconnected before it answered.')
    if (error.code === sdk.SdkErrorCode.InvalidResult) return new Failure('gave a result that the protocol does not know.')
  }
  const cause = rootOf(error)
  const text = textOf(cause)
  const clean = without(secrets, text)
  // Whoever logs the error logs its cause.
  return new Failure(`cannot be reached: ${clean}`, clean === text ? { cause } : {})
}

/** `fetch failed` says nothing; what it was caused by does. */
function rootOf(error: unknown): unknown {
  const { cause } = Object(error) as { cause?: unknown }
  return cause === undefined || cause === error ? error : rootOf(cause)
}

/**
 * The specification says 404 of a session that the server does not know. Many say 400, as they do of calls that they have carried
 * out; then their words count.
 */
export function isOfUnknownSession(error: unknown, sdk: Sdk): boolean {
  if (!(error instanceof sdk.SdkHttpError)) return false
  const { text } = Object(error.data) as { text?: unknown }
  return error.status === 404 || (error.status === 400 && typeof text === 'string' && /session|not initialized/iu.test(text))
}

/** Also without the parts: a server may repeat a token and not the scheme in front of it. */
function without(secrets: readonly string[], text: string): string {
  const parts = secrets.flatMap((secret) => secret.split(/\s+/u)).filter((part) => part.length >= minPartLength)
  // The longest first: a shorter one may be the beginning of another, of which the rest would stay.
  const all = [...secrets, ...parts].toSorted((one, other) => other.length - one.length)
  return all.filter((part) => part.length >= minSecretLength).reduce((rest, part) => rest.replaceAll(part, '[secret]'), text)
}
