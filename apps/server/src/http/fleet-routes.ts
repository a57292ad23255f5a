import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Agents } from '../agents.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'

export interface FleetRouteParts {
  readonly agents: Agents
}

const fleetShape = z.object({
  workers: z.array(
    z.object({
      worker: z.string().describe('Its host, its process id, and two random parts.'),
      stats: z.record(z.string(), z.unknown()).describe('Of its cache, since it started: `AgentCacheStats` of rekindle.'),
      about: z.record(z.string(), z.unknown()).optional().describe('Of its process, its agents and its last ten minutes.'),
    }),
  ),
  silent: z.array(z.string()).describe('Workers that are on the list and did not answer.'),
  unreachable: z.boolean().describe('The store did not say which workers there are: this is one of them alone.'),
  now: z.number().describe('Milliseconds since 1970.'),
})

/** What all workers say of themselves, on all machines. */
export function fleetRoutes(app: FastifyInstance, { agents }: FleetRouteParts): void {
  const schema = operation({
    tag: 'fleet',
    summary: 'All workers',
    description: 'The worker that answers comes first. Those of other machines are there if they share its store.',
    replies: { 200: fleetShape },
    for: 'admins',
  })
  app.get('/api/fleet', { schema, onRequest: adminsOnly }, async () => ({ ...(await agents.workers.stats()), now: Date.now() }))
}
