import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { InvalidationFailedError, InvalidationUnconfirmedError } from 'rekindle'
import type { InvalidationTarget } from 'rekindle'
import { z } from 'zod'
import type { Agents } from '../agents.ts'
import type { InvalidationRetry } from '../editing/invalidation-retry.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import type { Identity } from '../identity/identity.ts'
import { operation } from '../openapi/operation.ts'
import { parseRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { idSchema, reasoningSchema } from '../turns/turn-request.ts'

/** Somewhat longer than a worker may serve what it cannot vouch for. */
const confirmMs = 3_500

export interface CacheRouteParts {
  readonly agents: Agents
  readonly retry: InvalidationRetry
}

const explainBody = z.strictObject({
  agentId: idSchema,
  userId: idSchema.optional().describe('Default: who asks.'),
  sessionId: idSchema.optional(),
  reasoning: reasoningSchema,
})

const targetShape = z.union(
  [
    z.literal('all'),
    z.strictObject({ tags: z.array(z.string().min(1).max(1_000)).min(1).max(100) }),
    z
      .strictObject({ agentId: idSchema, userId: idSchema, sessionId: idSchema, reasoning: z.union([z.boolean(), idSchema]) })
      .partial()
      .refine((fields) => Object.keys(fields).length > 0, 'An empty target names nothing.'),
  ],
  { error: "It must be 'all', { tags: [...] }, or fields of a key: agentId, userId, sessionId, reasoning." },
)

const invalidateBody = z.strictObject({
  target: targetShape,
  confirm: z.boolean().default(true).describe('Whether to wait until every worker has said that it has dropped it.'),
})

const explanationShape = z.record(z.string(), z.unknown()).describe('`WorkersExplanation` of rekindle.')
const invalidatedShape = z.object({
  confirmed: z.boolean().describe('Every live worker has dropped it.'),
  unconfirmed: z
    .array(z.string())
    .optional()
    .describe('Workers that did not say so in time. Missing where the store could not be told yet, or nobody was to wait.'),
})

/** What the cache holds and why, and making it forget. */
export function cacheRoutes(app: FastifyInstance, { agents, retry }: CacheRouteParts): void {
  const explain = operation({
    tag: 'fleet',
    summary: 'Where an agent stands in all workers, and how it came to that',
    description: 'Users may ask for themselves alone. Nothing is built for it.',
    body: explainBody,
    replies: { 200: explanationShape },
    errors: [403],
  })
  app.post('/api/cache/explain', { schema: explain }, async ({ body, identity }) => {
    const { agentId, userId = identity.userId, sessionId = '-', reasoning } = parseRequest(explainBody, body)
    assertMayExplain(identity, userId)
    return agents.workers.explain({ agentId, userId, sessionId, reasoning })
  })

  const invalidate = operation({
    tag: 'fleet',
    summary: 'Makes all workers forget agents, and what the store has of them',
    description: 'Turns in progress end as they began. What is asked for afterwards is built anew.',
    body: invalidateBody,
    replies: { 200: invalidatedShape },
    for: 'admins',
  })
  app.post('/api/cache/invalidate', { schema: invalidate, onRequest: adminsOnly }, async ({ body, identity, log }) => {
    const { target, confirm } = parseRequest(invalidateBody, body)
    log.info({ target, userId: identity.userId }, 'agents were invalidated')
    return invalidated({ agents, retry, log }, target as InvalidationTarget, confirm)
  })
}

function assertMayExplain({ role, userId }: Identity, asked: string): void {
  if (role === 'admin' || userId === asked) return
  throw new RequestError({ status: 403, code: 'forbidden', message: 'Only admins may ask for other users.', path: 'userId' })
}

async function invalidated(
  { agents, retry, log }: CacheRouteParts & { readonly log: FastifyBaseLogger },
  target: InvalidationTarget,
  confirm: boolean,
): Promise<z.output<typeof invalidatedShape>> {
  try {
    await agents.invalidate(target, confirm ? { confirm, timeoutMs: confirmMs } : {})
    return { confirmed: confirm }
  } catch (error) {
    if (InvalidationUnconfirmedError.isInstance(error)) return { confirmed: false, unconfirmed: [...error.workers] }
    if (!InvalidationFailedError.isInstance(error)) throw error
    log.warn({ err: error, target }, 'the store was not told of an invalidation; trying again')
    retry.add(target)
    return { confirmed: false }
  }
}
