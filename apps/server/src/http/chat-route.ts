import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { operation } from '../openapi/operation.ts'
import { invalidRequest, parseRequest } from '../parse-request.ts'
import type { Conversations } from '../turns/conversations.ts'
import { idSchema, reasoningSchema, userMessageSchema } from '../turns/turn-request.ts'
import type { Said } from '../turns/turn-request.ts'
import { streamReply } from './event-stream.ts'

const maxMessages = 2_000

/** What `DefaultChatTransport` sends. Fields an application adds for itself are left alone. */
const chatBody = z.object({
  id: idSchema.describe('Of the session. Its first turn makes it.'),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant'], { error: 'A message is of a user or an assistant.' }) }))
    .min(1)
    .max(maxMessages)
    .describe('The last message of the user counts. The rest of the conversation is the one that the server keeps.'),
  reasoning: reasoningSchema,
  trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
  messageId: idSchema.nullish().describe('What to answer again: this reply, or the one after this message. Default: the last.'),
  onDisconnect: z.enum(['cancel', 'continue']).default('cancel').describe('What a client that goes away means.'),
})

const chatPath = z.object({ agentId: idSchema })
const streamPath = z.object({ agentId: idSchema, sessionId: idSchema })
const events = { contentType: 'text/event-stream', description: 'Chunks of the AI SDK’s UI message stream.' }

/** `POST /api/agents/:agentId/chat` and the way back to its reply, as `useChat` asks for them. */
export function chatRoute(app: FastifyInstance, { conversations }: { readonly conversations: Conversations }): void {
  const begin = operation({
    tag: 'conversations',
    summary: 'One turn of a conversation',
    description: 'What `DefaultChatTransport` of the AI SDK sends and reads.',
    params: chatPath,
    body: chatBody,
    replies: { 200: events },
    errors: [404, 409, 504],
  })
  app.post('/api/agents/:agentId/chat', { schema: begin }, async (request, reply) => {
    const { agentId } = parseRequest(chatPath, request.params)
    const body = parseRequest(chatBody, request.body)
    const key = { userId: request.identity.userId, sessionId: body.id, turnId: randomUUID() }
    const gone = new AbortController()
    reply.raw.once('close', () => {
      gone.abort()
      if (!reply.raw.writableFinished && body.onDisconnect === 'cancel') conversations.cancelHere(key)
    })
    const turn = { ...key, agentId, reasoning: body.reasoning, said: saidIn(body) }
    const following = await conversations.begin(turn, request.log)
    // Nobody else knows its id: it has begun just now.
    if (following.kind === 'running') await streamReply(reply, following, gone.signal)
    return reply
  })

  const resume = operation({
    tag: 'conversations',
    summary: 'The reply of the turn that runs in a session, from its beginning',
    description: 'What `useChat` asks for with `resume: true`.',
    params: streamPath,
    replies: { 200: events, 204: 'No turn runs.' },
  })
  app.get('/api/agents/:agentId/chat/:sessionId/stream', { schema: resume }, async (request, reply) => {
    const { sessionId } = parseRequest(streamPath, request.params)
    const following = await conversations.resume({ userId: request.identity.userId, sessionId })
    if (following?.kind !== 'running') return reply.code(204).send()
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    await streamReply(reply, following, gone.signal)
    return reply
  })
}

function saidIn({ trigger, messages, messageId }: z.output<typeof chatBody>): Said {
  if (trigger === 'regenerate-message') return { kind: 'again', messageId: messageId ?? undefined }
  const at = messages.findLastIndex(({ role }) => role === 'user')
  if (at === -1) throw invalidRequest({ path: ['messages'], message: 'There is no message of a user.' })
  return { kind: 'message', message: parseRequest(userMessageSchema, messages[at], `messages[${at}]`) }
}
