import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { operation } from '../openapi/operation.ts'
import { parseRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { adminsOnly } from './admins-only.ts'
import type { ApiKeys } from './api-keys.ts'

const role = z.enum(['user', 'admin'])
const nameMessage = 'A name has 1 to 60 letters, digits, dots, hyphens and underscores, and is not "admin".'

const newKey = z.strictObject({
  name: z
    .string()
    .regex(/^(?!admin$)[\w.-]{1,60}$/, nameMessage)
    .describe('Its user is `service:` and this. Several keys of one name are one user, so that a key can be replaced.'),
  role: role.default('user'),
  expiresInDays: z.int().min(1).max(3_650).optional(),
})

const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  role,
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
})

/** The API keys, for admins. */
export function keyRoutes(app: FastifyInstance, { keys }: { readonly keys: ApiKeys }): void {
  const onRequest = adminsOnly
  const common = { tag: 'identity', for: 'admins' } as const

  const list = operation({ ...common, summary: 'All API keys', replies: { 200: z.object({ keys: z.array(keyShape) }) } })
  app.get('/api/keys', { schema: list, onRequest }, async () => ({ keys: await keys.list() }))

  const create = operation({
    ...common,
    summary: 'Make an API key',
    description: 'Its secret is in this reply, and shown never again.',
    body: newKey,
    replies: { 201: z.object({ key: keyShape, secret: z.string() }) },
  })
  app.post('/api/keys', { schema: create, onRequest }, async ({ body, log, identity }, reply) => {
    const made = await keys.create(parseRequest(newKey, body))
    log.info({ key: made.key, by: identity.userId }, 'an API key was made')
    reply.code(201)
    return made
  })

  const remove = operation({
    ...common,
    summary: 'Delete an API key',
    description: 'It is of no more use at once on the worker that answers, and ten seconds later on all.',
    params: z.object({ id: z.string() }),
    replies: { 204: 'It is deleted.' },
    errors: [404],
  })
  app.delete<{ Params: { id: string } }>('/api/keys/:id', { schema: remove, onRequest }, async (request, reply) => {
    const { params, log, identity } = request
    const found = await keys.delete(params.id)
    if (!found) throw new RequestError({ status: 404, code: 'key-not-found', message: 'There is no such API key.' })
    log.info({ keyId: params.id, by: identity.userId }, 'an API key was deleted')
    return reply.code(204).send()
  })
}
