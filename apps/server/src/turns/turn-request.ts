import type { UIMessage } from 'ai'
import { reasoningLevels } from 'rekindle/agent-config'
import { z } from 'zod'

const reasoningMessage = `reasoning must be true, false or one of ${reasoningLevels.join(', ')}.`
const maxParts = 100

/** Ids are compared and shown, never interpreted. A bound keeps them from being used to carry anything. */
export const idSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => !/\p{Cc}/u.test(id) && id.isWellFormed(), 'An id is one line of text.')

export const reasoningSchema = z
  .union([z.boolean(), z.enum(reasoningLevels as [string, ...string[]])], { error: reasoningMessage })
  .default('default')

const dataUrl = z.string().regex(/^data:[^,]*;base64,[\w+/-]*={0,2}$/, 'Files must be data: URLs, in base64.')

/** What a user may say. Everything else of a conversation is the server's own. */
export const userMessageSchema = z.object({
  id: idSchema,
  role: z.literal('user'),
  parts: z
    .array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('text'), text: z.string() }),
        // As data alone: the server fetches no address that a client names.
        z.object({
          type: z.literal('file'),
          mediaType: z.string().max(200),
          filename: z.string().max(500).exactOptional(),
          url: dataUrl,
        }),
      ]),
    )
    .min(1)
    .max(maxParts),
})

/** What a turn answers. */
export type Said =
  /** One whose id is known takes the place of that message, and of all that followed it. */
  | { readonly kind: 'message'; readonly message: UIMessage }
  /** The conversation up to this message, without it if it is a reply; `undefined`: without its last reply. */
  | { readonly kind: 'again'; readonly messageId: string | undefined }

/** Names a turn. The ids are its client's choice, and mean something only together with the user. */
export interface TurnKey {
  readonly userId: string
  readonly sessionId: string
  readonly turnId: string
}

export interface TurnRequest extends TurnKey {
  readonly agentId: string
  readonly reasoning: boolean | string
  readonly said: Said
}
