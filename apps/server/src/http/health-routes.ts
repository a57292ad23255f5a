import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { AppDatabase } from '../database/schema.ts'
import { errorShape } from '../openapi/error-shape.ts'
import { operation } from '../openapi/operation.ts'
import type { StoreProbe } from '../store.ts'
import { PartCheck } from './part-check.ts'

const databaseMs = 1_000
const storeMs = 500

export interface HealthParts {
  readonly db: AppDatabase
  readonly probe: StoreProbe
  readonly standing: Standing
}

/** Where the worker stands between its start and its end. Only a worker that is warm listens, so it begins as ready. */
export interface Standing {
  /** It should be sent no more requests; those that come are answered while it listens. */
  readonly leaving: boolean
}

const part = z.enum(['ok', 'down'])
const readiness = z.object({ worker: z.int(), database: part, store: part })
const notReadiness = readiness
  .partial({ database: true, store: true })
  .extend({ status: z.enum(['stopping', 'not-ready']), ...errorShape.shape })

/** For load balancers and supervisors: does the process live, and should it be sent requests. */
export function healthRoutes(app: FastifyInstance, { db, probe, standing }: HealthParts): void {
  const now = (): number => performance.now()
  const check = (part: string, withinMs: number, ask: () => Promise<unknown>): PartCheck => {
    const onFailure = (error: unknown): void => app.log.warn({ err: error, part }, 'a part does not answer')
    return new PartCheck({ ask, withinMs, onFailure, now })
  }
  const checks = {
    database: check('database', databaseMs, () => sql`select 1`.execute(db)),
    store: check('store', storeMs, () => probe.ask()),
  }

  const livez = operation({
    tag: 'server',
    for: 'anybody',
    summary: 'Whether the process lives',
    replies: { 200: z.object({ status: z.literal('alive'), worker: z.int() }) },
  })
  app.get('/livez', { schema: livez }, (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'alive', worker: process.pid }
  })

  const readyz = operation({
    tag: 'server',
    for: 'anybody',
    summary: 'Whether it should be sent requests',
    description: 'Degraded: without the store it is slower.',
    replies: { 200: readiness.extend({ status: z.enum(['ready', 'degraded']) }), 503: notReadiness },
  })
  app.get('/readyz', { schema: readyz }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    if (standing.leaving) return reply.code(503).send(notReady('stopping', 'This worker is stopping.', {}))
    const [database, store] = await Promise.all([checks.database.failure(), checks.store.failure()])
    const parts = { database: database ? 'down' : 'ok', store: store ? 'down' : 'ok' }
    if (database) return reply.code(503).send(notReady('not-ready', 'The database does not answer.', parts))
    // A cache may cost time, never an answer: without it the server is slower, and ready.
    return { status: store ? 'degraded' : 'ready', ...parts, worker: process.pid }
  })
}

function notReady(code: string, message: string, parts: object): object {
  return { status: code, ...parts, error: { code, message }, worker: process.pid }
}
