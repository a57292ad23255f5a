import type { FastifyRequest } from 'fastify'

const longest = 200

/** The path of a request as it may be repeated: without the query, which may hold anything, and of bounded length. */
export function pathOf({ url }: Pick<FastifyRequest, 'url'>): string {
  return url.split('?', 1)[0]?.slice(0, longest) ?? ''
}
