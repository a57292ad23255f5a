import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Agents } from '../agents.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'
import type { RunningTurns } from '../turns/running-turns.ts'

const stats = z.object({
  worker: z.int().describe('Its process id.'),
  uptimeS: z.int(),
  turns: z.int().describe('That are running.'),
  agents: z.record(z.string(), z.unknown()).describe('`AgentCacheStats` of rekindle.'),
})

/** For who asks one worker: `/api/fleet` tells of all of them. */
export function statsRoute(
  app: FastifyInstance,
  { agents, turns }: { readonly agents: Agents; readonly turns: RunningTurns },
): void {
  const schema = operation({
    tag: 'fleet',
    for: 'admins',
    summary: 'The cache of the worker that happens to answer',
    replies: { 200: stats },
  })
  app.get('/api/stats', { schema, onRequest: adminsOnly }, () => ({
    worker: process.pid,
    uptimeS: Math.round(process.uptime()),
    turns: turns.count,
    agents: agents.stats(),
  }))
}
