import { safeValidateUIMessages, TypeValidationError } from 'ai'
import type { UIMessage } from 'ai'
import { reasoningLevels } from 'rekindle/agent-config'
import { z } from 'zod'
import { invalidRequest } from '../parse-request.ts'
import type { Issue } from '../parse-request.ts'
import type { RequestError } from '../problem.ts'

const reasoningMessage = `reasoning must be true, false or one of ${reasoningLevels.join(', ')}.`

/** Ids are compared and shown, never interpreted; a bound keeps them from being used to carry anything. */
export const idSchema = z.string().min(1).max(200)

/** What every turn says, whatever carries it. `messages` are checked by {@link readMessages}. */
export const turnFields = {
  messages: z.array(z.unknown()).min(1).max(2_000),
  reasoning: z
    .union([z.boolean(), z.enum(reasoningLevels as [string, ...string[]])], { error: reasoningMessage })
    .default('default'),
} as const

/**
 * A conversation as `useChat` keeps it. Throws a {@link RequestError} naming the field that is wrong, before anything is done
 * for it. Instructions come from the agent alone, and files as data: the server fetches no address that a client names.
 */
export async function readMessages(messages: unknown[]): Promise<UIMessage[]> {
  const result = await safeValidateUIMessages({ messages })
  if (!result.success) throw invalidMessages(result.error)
  for (const [at, { role, parts }] of result.data.entries()) {
    if (role === 'system') refuse(['messages', at, 'role'], 'Clients cannot send system messages.')
    for (const [part, { type, ...rest }] of parts.entries()) {
      if (type !== 'file' && type !== 'reasoning-file') continue
      const isData = 'url' in rest && typeof rest.url === 'string' && rest.url.startsWith('data:')
      if (!isData) refuse(['messages', at, 'parts', part, 'url'], 'Files must be data: URLs.')
    }
  }
  return result.data
}

/** What the AI SDK says of messages it refuses, as a refusal that names the field. */
export function invalidMessages(error: unknown): RequestError {
  const field = (TypeValidationError.isInstance(error) ? error.context?.field : undefined) ?? 'messages'
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error && 'issues' in cause) return invalidRequest((cause.issues as readonly Issue[])[0], field)
  return invalidRequest({ path: [], message: 'This is no message of a chat.' }, field)
}

function refuse(path: readonly (string | number)[], message: string): never {
  throw invalidRequest({ path, message })
}
