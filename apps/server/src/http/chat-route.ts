import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseRequest } from '../parse-request.ts'
import { cancelled, RequestError } from '../problem.ts'
import { runTurn } from '../turns/run-turn.ts'
import type { TurnServices } from '../turns/run-turn.ts'
import type { RunningTurns } from '../turns/running-turns.ts'
import { idSchema, readMessages, turnFields } from '../turns/turn-request.ts'
import { EventStream } from './event-stream.ts'

/** What `DefaultChatTransport` sends. Fields an application adds for itself are left alone. */
const chatBody = z.object({
  /** Of the conversation. */
  id: idSchema,
  ...turnFields,
  trigger: z.enum(['submit-message', 'regenerate-message']).optional(),
  messageId: z.string().nullish(),
})

/** `POST /api/agents/:agentId/chat`: one turn, streamed in the AI SDK's UI message protocol. */
export function chatRoute(app: FastifyInstance, services: TurnServices & { readonly turns: RunningTurns }): void {
  app.post<{ Params: { agentId: string } }>('/api/agents/:agentId/chat', async (request, reply) => {
    const { id: sessionId, reasoning, messages } = parseRequest(chatBody, request.body)
    const turn = {
      agentId: request.params.agentId,
      sessionId,
      reasoning,
      messages: await readMessages(messages),
      visitor: request.visitor,
    }
    const controller = new AbortController()
    const stream = new EventStream(reply, controller.signal)
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) controller.abort(new RequestError(cancelled))
    })
    await services.turns.run(controller, (signal) => runTurn({ ...services, log: request.log }, turn, stream, signal))
    stream.end()
    return reply
  })
}
