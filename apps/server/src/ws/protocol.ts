import type { UIMessageChunk } from 'ai'
import { z } from 'zod'
import type { Problem } from '../problem.ts'
import { idSchema, turnFields } from '../turns/turn-request.ts'

/** What a client may say. docs/server.md explains it. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn'), id: idSchema, agentId: idSchema, sessionId: idSchema, ...turnFields }),
  z.object({ type: z.literal('cancel'), id: idSchema }),
])

export type ClientMessage = z.output<typeof clientMessage>

/** What the server says. Every turn ends with one `end` or one `error` that has its id. */
export type ServerMessage =
  | { readonly type: 'chunk'; readonly id: string; readonly chunk: UIMessageChunk }
  | { readonly type: 'end'; readonly id: string }
  | { readonly type: 'error'; readonly id?: string; readonly error: Pick<Problem, 'code' | 'message' | 'path'> }
