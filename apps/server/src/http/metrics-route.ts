import type { FastifyInstance } from 'fastify'
import type { Agents } from '../agents.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'

const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * For Prometheus, which asks each machine. Whichever worker answers answers for all of its machine. What it takes is loaded when
 * somebody asks: many servers have no Prometheus.
 */
export function metricsRoute(app: FastifyInstance, { agents }: { readonly agents: Agents }): void {
  const schema = operation({
    tag: 'fleet',
    summary: 'What the workers of this machine count, for Prometheus',
    description: 'A scraper shows the admin token, or the API key of an admin, as its bearer token.',
    replies: { 200: { contentType, description: 'The text format of Prometheus.' } },
    for: 'admins',
  })
  app.get('/metrics', { schema, onRequest: adminsOnly }, async (_request, reply) => {
    const { machineMetrics } = await import('../fleet/machine-metrics.ts')
    const text = await machineMetrics(await agents.workers.stats(), agents.workers.name)
    return reply.type(contentType).send(text)
  })
}
