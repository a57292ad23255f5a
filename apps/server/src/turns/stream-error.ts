import { APICallError, LoadAPIKeyError, NoSuchModelError, RetryError } from 'ai'
import { ReplyTooLongError } from './reply-log.ts'

/**
 * What the reader of a chat is told when its turn fails half-way. Says whose fault it is and whether to try again, and
 * nothing of what the provider answered: that may quote keys and prompts.
 */
export function streamErrorText(error: unknown): string {
  if (error instanceof ReplyTooLongError) return 'The reply became too long, and was cut off.'
  if (RetryError.isInstance(error)) return streamErrorText(error.lastError)
  if (LoadAPIKeyError.isInstance(error)) return 'The server has no key for the provider of this model.'
  if (NoSuchModelError.isInstance(error)) return 'The model of this agent does not exist at its provider.'
  if (APICallError.isInstance(error)) {
    const { statusCode } = error
    if (statusCode === 401 || statusCode === 403) return 'The model provider refuses the key of this server.'
    if (statusCode === 404) return 'The model of this agent does not exist at its provider.'
    if (statusCode === 413) return 'The conversation is too long for the model.'
    if (statusCode === 429) return 'The model provider is overloaded, or the quota is used up. Try again later.'
    if (statusCode === undefined) return 'The model provider cannot be reached. Try again later.'
    return `The model provider failed (status ${statusCode}). Try again later.`
  }
  return 'The agent failed to answer. The log of the server says why.'
}
