import type {} from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import type { z } from 'zod'

export const errorsField = 'x-errors'

declare module 'fastify' {
  interface FastifySchema {
    /** Statuses of refusals, until the document is made. */
    [errorsField]?: readonly number[]
  }
}

/** What the document of the API says of one route. */
export interface Operation {
  readonly tag: 'agents' | 'models' | 'tools' | 'mcp-servers' | 'conversations' | 'identity' | 'fleet' | 'server'
  /** In a few words; the list of operations shows it. */
  readonly summary: string
  readonly description?: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** By status: what the body is, or, of a reply without one or that is no JSON, what it means. */
  readonly replies: { readonly [status: number]: z.ZodType | string | Stream }
  /** Statuses of refusals, besides those that every route has. */
  readonly errors?: readonly number[]
  /** `anybody` needs no identity. Default: `users`. */
  readonly for?: 'anybody' | 'users' | 'admins'
}

interface Stream {
  readonly contentType: string
  readonly description: string
}

/**
 * The `schema` of a route. It only describes: what comes in is checked by `parseRequest`, once, and what goes out is sent as it
 * is. The zod schemas become JSON Schema when somebody asks for the document.
 */
export function operation({
  tag,
  summary,
  description,
  params,
  query,
  body,
  replies,
  errors = [],
  ...who
}: Operation): FastifySchema {
  const forAnybody = who.for === 'anybody'
  const refusals = [
    ...(body === undefined ? [] : [400, 413, 415]),
    ...(forAnybody ? [] : [401]),
    ...(who.for === 'admins' ? [403] : []),
    ...errors,
  ]
  return {
    summary,
    tags: [tag],
    ...(description !== undefined && { description }),
    ...(params !== undefined && { params }),
    ...(query !== undefined && { querystring: query }),
    ...(body !== undefined && { body }),
    ...(forAnybody && { security: [] }),
    response: Object.fromEntries(Object.entries(replies).map(([status, reply]) => [status, replySchema(reply)])),
    [errorsField]: [...new Set(refusals)].toSorted((one, other) => one - other),
  }
}

function replySchema(reply: z.ZodType | string | Stream): unknown {
  if (typeof reply === 'string') return { type: 'null', description: reply }
  if (!('contentType' in reply)) return reply
  return { description: reply.description, content: { [reply.contentType]: { schema: { type: 'string' } } } }
}
