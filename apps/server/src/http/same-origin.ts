import type { FastifyRequest } from 'fastify'
import { RequestError } from '../problem.ts'

/**
 * Refuses what another site's page does in a user's name. Browsers say where a page comes from with every POST and
 * WebSocket; programs that are no browser do not, and carry no user's cookie either.
 */
export function assertSameOrigin({ method, headers, ws }: Pick<FastifyRequest, 'method' | 'headers' | 'ws'>): void {
  if ((method === 'GET' || method === 'HEAD') && !ws) return
  const { origin, host } = headers
  if (origin === undefined) return
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return
  throw new RequestError({ status: 403, code: 'cross-site', message: 'Requests from pages of other sites are refused.' })
}
