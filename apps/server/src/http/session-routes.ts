import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readMessages } from '../database/messages.ts'
import { deleteSession, findSession, listSessions, renameSession } from '../database/sessions.ts'
import type { AppDatabase } from '../database/schema.ts'
import type { SessionKey } from '../database/turns.ts'
import { operation } from '../openapi/operation.ts'
import { parseRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { cursorSchema, cursorTo } from '../sessions/session-cursor.ts'
import type { Conversations } from '../turns/conversations.ts'
import { sessionNotFound } from '../turns/refusals.ts'
import { idSchema } from '../turns/turn-request.ts'

const tag = 'conversations'
const url = '/api/sessions/:id'
const path = z.object({ id: idSchema })
const page = z.object({
  before: cursorSchema.optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
const renaming = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((title) => !/\p{Cc}/u.test(title) && title.isWellFormed(), 'A title is one line of text.'),
})

const session = z.object({
  id: z.string(),
  agentId: z.string().describe('The agent of its latest turn.'),
  title: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  running: z.string().nullable().describe('The turn that runs in it.'),
})
const message = z.record(z.string(), z.unknown()).describe('A `UIMessage` of the AI SDK.')

export interface SessionRouteParts {
  readonly db: AppDatabase
  readonly conversations: Conversations
}

/** The conversations of who asks. Those of others do not exist. */
export function sessionRoutes(app: FastifyInstance, { db, conversations }: SessionRouteParts): void {
  listRoute(app, db)
  showRoute(app, db)
  renamingRoute(app, db)
  deletionRoute(app, db, conversations)
  cancellationRoute(app, db, conversations)
}

function listRoute(app: FastifyInstance, db: AppDatabase): void {
  const schema = operation({
    tag,
    summary: 'List one’s own sessions, the latest first',
    query: page,
    replies: { 200: z.object({ sessions: z.array(session), next: z.string().nullable() }) },
    errors: [400],
  })
  app.get('/api/sessions', { schema }, async ({ query, identity }) => {
    const { before, limit } = parseRequest(page, query)
    const sessions = await listSessions(db, identity.userId, { after: before, limit: limit + 1 })
    const last = sessions.length > limit ? sessions[limit - 1] : undefined
    return { sessions: sessions.slice(0, limit), next: last === undefined ? null : cursorTo(last) }
  })
}

function showRoute(app: FastifyInstance, db: AppDatabase): void {
  const schema = operation({
    tag,
    summary: 'One session with its messages',
    params: path,
    replies: { 200: z.object({ session, messages: z.array(message) }) },
    errors: [404],
  })
  app.get(url, { schema }, async (request) => {
    const key = keyOf(request)
    const found = await findSession(db, key)
    if (found === undefined) throw new RequestError(sessionNotFound)
    return { session: found, messages: (await readMessages(db, key)).messages }
  })
}

function renamingRoute(app: FastifyInstance, db: AppDatabase): void {
  const schema = operation({
    tag,
    summary: 'Give a session another title',
    params: path,
    body: renaming,
    replies: { 200: z.object({ session }) },
    errors: [404],
  })
  app.patch(url, { schema }, async (request) => {
    const key = keyOf(request)
    const { title } = parseRequest(renaming, request.body)
    await renameSession(db, key, title)
    const found = await findSession(db, key)
    if (found === undefined) throw new RequestError(sessionNotFound)
    return { session: found }
  })
}

function deletionRoute(app: FastifyInstance, db: AppDatabase, conversations: Conversations): void {
  const schema = operation({ tag, summary: 'Delete a session', params: path, replies: { 204: 'It is gone.' }, errors: [404] })
  app.delete(url, { schema }, async (request, reply) => {
    const key = keyOf(request)
    await conversations.cancel(key)
    if (!(await deleteSession(db, key))) throw new RequestError(sessionNotFound)
    return reply.code(204).send()
  })
}

function cancellationRoute(app: FastifyInstance, db: AppDatabase, conversations: Conversations): void {
  const schema = operation({
    tag,
    summary: 'End the turn that runs in a session',
    description: 'On whichever worker it runs. What was said so far is kept.',
    params: path,
    replies: { 202: z.object({ cancelled: z.boolean().describe('Whether one was running.') }) },
    errors: [404],
  })
  app.post(`${url}/cancel`, { schema }, async (request, reply) => {
    const key = keyOf(request)
    const cancelled = await conversations.cancel(key)
    if (!cancelled && (await findSession(db, key)) === undefined) throw new RequestError(sessionNotFound)
    return reply.code(202).send({ cancelled })
  })
}

function keyOf({ params, identity }: FastifyRequest): SessionKey {
  return { userId: identity.userId, sessionId: parseRequest(path, params).id }
}
