import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { AppDatabase } from '../database/schema.ts'
import { RequestError } from '../problem.ts'
import type { StoreProbe } from '../store.ts'
import type { RunningTurns } from '../turns/running-turns.ts'

const databaseMs = 1_000
const storeMs = 500

export interface HealthParts {
  readonly db: AppDatabase
  readonly probe: StoreProbe
  readonly turns: RunningTurns
}

/** For load balancers and supervisors: does the process live, and should it be sent requests. */
export function healthRoutes(app: FastifyInstance, { db, probe, turns }: HealthParts): void {
  app.get('/livez', (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'alive', worker: process.pid }
  })

  app.get('/readyz', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (turns.stopping) return reply.code(503).send(notReady('stopping', 'This worker is stopping.', {}))
    const [database, store] = await Promise.all([
      answers(() => sql`select 1`.execute(db), databaseMs),
      answers(() => probe.ask(), storeMs),
    ])
    for (const [part, error] of Object.entries({ database, store })) {
      if (error !== undefined) request.log.warn({ err: error, part }, 'a part does not answer')
    }
    const parts = { database: database ? 'down' : 'ok', store: store ? 'down' : 'ok' }
    if (database) return reply.code(503).send(notReady('not-ready', 'The database does not answer.', parts))
    // A cache may cost time, never an answer: without it the server is slower, and ready.
    return { status: store ? 'degraded' : 'ready', ...parts, worker: process.pid }
  })
}

function notReady(code: string, message: string, parts: object): object {
  return { status: code, ...parts, error: { code, message }, worker: process.pid }
}

/** `undefined`, or why there was no answer within `ms`. */
export async function answers(ask: () => Promise<unknown>, ms: number): Promise<unknown> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${ms} ms.`)), ms)
  try {
    await Promise.race([ask(), late.promise])
    return undefined
  } catch (error) {
    return error instanceof RequestError ? error.cause : error
  } finally {
    clearTimeout(timer)
  }
}
