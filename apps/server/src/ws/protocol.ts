import type { UIMessage, UIMessageChunk } from 'ai'
import { z } from 'zod'
import type { Problem } from '../problem.ts'
import { idSchema, reasoningSchema, userMessageSchema } from '../turns/turn-request.ts'

/** What a client may say. docs/server.md explains it. */
export const clientMessage = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('turn'),
      id: idSchema,
      agentId: idSchema,
      sessionId: idSchema,
      reasoning: reasoningSchema,
      message: userMessageSchema.optional(),
      /** The reply to give again, or the message to answer again. */
      regenerate: idSchema.optional(),
    })
    .refine(({ message, regenerate }) => (message === undefined) !== (regenerate === undefined), {
      path: ['message'],
      message: 'A turn has either a message or regenerate.',
    }),
  z.object({ type: z.literal('resume'), id: idSchema, sessionId: idSchema }),
  z.object({ type: z.literal('cancel'), id: idSchema, sessionId: idSchema.optional() }),
  z.object({ type: z.literal('ping') }),
])

export type ClientMessage = z.output<typeof clientMessage>

/** What the server says. Every turn that is followed ends with one `end` or one `error` that has its id. */
export type ServerMessage =
  | { readonly type: 'chunk'; readonly id: string; readonly chunk: UIMessageChunk }
  /** All of the reply of a turn that has ended. */
  | { readonly type: 'reply'; readonly id: string; readonly message: UIMessage }
  | { readonly type: 'end'; readonly id: string }
  | { readonly type: 'error'; readonly id?: string; readonly error: Pick<Problem, 'code' | 'message' | 'path' | 'retryAfterS'> }
  | { readonly type: 'pong' }
