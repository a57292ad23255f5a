import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { adviseFleet } from '../fleet/fleet-advice.ts'
import type { FleetAdviceParts } from '../fleet/fleet-advice.ts'
import { KeptAnswer } from '../fleet/kept-answer.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'
import { RequestError } from '../problem.ts'

const keptMs = 60_000
/** Less than a browser waits. */
const withinMs = 10_000

const audit = z.record(z.string(), z.unknown()).describe('`AuditSummary` of rekindle.')
const found = z.array(z.record(z.string(), z.unknown()))
const adviceShape = z.object({
  at: z.number().describe('When it was made, in milliseconds since 1970.'),
  advice: z.record(z.string(), z.unknown()).nullable().describe('`Advice` of rekindle/advisor.'),
  served: z.object({ memory: z.int(), config: z.int(), build: z.int() }).describe('Since the workers started.'),
  audit: z.object({
    rate: z.number(),
    all: audit,
    workers: z.array(z.object({ worker: z.string(), audit })),
    suspects: found.describe('Agents that were served and are not what the database has: `agentId`, `outcome`, `times`, `at`.'),
  }),
  autoTune: z.object({ target: z.number(), minTtlMs: z.number(), maxTtlMs: z.number() }).nullable(),
  tunings: found.describe('What auto-tuning has changed: `at`, `from`, `to`, `target`, `predicted`.'),
  workers: z.array(z.string()),
  silent: z.array(z.string()).describe('Workers that are on the list and did not answer.'),
  unwatched: z.array(z.string()).describe('Workers that write no requests down.'),
  unreachable: z.boolean().describe('The store did not say which workers there are: this is one of them alone.'),
})

/** What other settings would give. It is worked out by this worker for the whole fleet, from what all of them have written down. */
export function adviceRoute(app: FastifyInstance, { agents, settings }: Omit<FleetAdviceParts, 'now'>): void {
  const make = () => adviseFleet({ agents, settings, now: Date.now })
  const answer = new KeptAnswer({ make, keptMs, withinMs, now: () => performance.now() })
  const schema = operation({
    tag: 'fleet',
    summary: 'What other times to live and sizes would give, and whether what is served is consistent',
    description: 'Worked out at most once a minute by each worker.',
    replies: { 200: adviceShape },
    for: 'admins',
  })
  app.get('/api/advice', { schema, onRequest: adminsOnly }, async () => {
    const advice = await answer.ask()
    if (advice !== undefined) return advice
    const message = 'The advice is not ready yet: there is much to go through. Try again in a moment.'
    throw new RequestError({ status: 503, code: 'busy', message, retryAfterS: 5 })
  })
}
