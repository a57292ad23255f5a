import type { FastifyRequest } from 'fastify'
import { RequestError } from '../problem.ts'

/** A hook for routes that only admins may use. It comes after the identity is known, and before a body is read. */
export async function adminsOnly({ identity }: Pick<FastifyRequest, 'identity'>): Promise<void> {
  if (identity.role === 'admin') return
  throw new RequestError({ status: 403, code: 'forbidden', message: 'Only admins may do this.' })
}
