import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AppDatabase } from '../database/schema.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'
import { RequestError } from '../problem.ts'
import { mcpServerKind } from './mcp-server-kind.ts'
import type { Registry } from './resource-kind.ts'
import { findResource } from './resource-rows.ts'

export interface ServerTestParts {
  readonly db: AppDatabase
  readonly registry: Registry
}

const outcome = z.union([
  z.object({
    reachable: z.literal(true),
    ms: z.number(),
    tools: z.array(z.object({ name: z.string(), description: z.string().optional() })),
  }),
  z.object({ reachable: z.literal(false), ms: z.number(), message: z.string() }),
])

/** `POST /api/mcp-servers/:name/test`: asks a server for its tools, as agents that have it will. */
export function serverTestRoute(app: FastifyInstance, { db, registry }: ServerTestParts): void {
  const schema = operation({
    tag: 'mcp-servers',
    for: 'admins',
    summary: 'Ask an MCP server for its tools',
    params: z.object({ id: z.string() }),
    replies: { 200: outcome },
    errors: [404],
  })
  app.post<{ Params: { id: string } }>(
    '/api/mcp-servers/:id/test',
    { schema, onRequest: adminsOnly },
    async ({ params }, reply) => {
      const { id, content } = await findResource(db, mcpServerKind, params.id)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const asked = performance.now()
      const ms = (): number => Math.round(performance.now() - asked)
      try {
        const described = await registry.toolServers.describe({ [id]: content.config }, { signal: gone.signal })
        const tools = (described[id]?.tools ?? []).map(({ name, description }) => ({
          name,
          ...(description !== undefined && { description }),
        }))
        return { reachable: true, ms: ms(), tools }
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        // For an admin, who knows the server: why, in the words of the connection, which hold no secrets.
        return { reachable: false, ms: ms(), message: error.cause instanceof Error ? error.cause.message : error.message }
      }
    },
  )
}
