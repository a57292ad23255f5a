import { McpServerError, textOf } from '../errors.ts'
import type { Sdk } from './sdk.ts'

/** Parts of a secret that are shorter are words, such as `Bearer`. */
const minPartLength = 8

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
  if (error instanceof sdk.ProtocolError) return new Failure(`answered with an error: ${without(secrets, textOf(error.message))}`)
  if (error instanceof sdk.SdkHttpError) return new Failure(`answered with HTTP status ${error.status}.`)
  if (error instanceof sdk.SdkError) {
    if (error.code === sdk.SdkErrorCode.RequestTimeout) return new Failure(`did not answer within ${timeoutMs} ms.`)
    if (error.code === sdk.SdkErrorCode.ConnectionClosed) return new Failure('was disconnected before it answered.')
    if (error.code === sdk.SdkErrorCode.InvalidResult) return new Failure('gave a result that the protocol does not know.')
  }
  const cause = rootOf(error)
  return new Failure(`cannot be reached: ${without(secrets, textOf(cause))}`, { cause })
}

/** `fetch failed` says nothing; what it was caused by does. */
function rootOf(error: unknown): unknown {
  const { cause } = Object(error) as { cause?: unknown }
  return cause === undefined || cause === error ? error : rootOf(cause)
}

/** Also without the parts: a server may repeat a token and not the scheme in front of it. */
function without(secrets: readonly string[], text: string): string {
  const parts = secrets.flatMap((secret) => secret.split(/\s+/)).filter((part) => part.length >= minPartLength)
  return [...secrets, ...parts].reduce((rest, part) => (part === '' ? rest : rest.replaceAll(part, '[secret]')), text)
}
