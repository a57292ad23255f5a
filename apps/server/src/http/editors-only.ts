import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../loopback.ts'
import { RequestError } from '../problem.ts'
import type { Settings } from '../settings.ts'

const forbidden = [
  'Agents can be edited here only with a token: set REKINDLE_ADMIN_TOKEN, and send "Authorization: Bearer …".',
  'Without one, they can be edited from the machine of the server alone, while HOST is a loopback address.',
].join(' ')

/**
 * A hook that lets only those pass who may edit agents: whoever has the token, or, without one, whoever is on this machine.
 * Throws before a body is read.
 */
export function editorsOnly({ host, adminToken }: Pick<Settings, 'host' | 'adminToken'>) {
  const expected = adminToken === undefined ? undefined : digest(adminToken)
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (expected === undefined) {
      if (isLoopback(host) && isFromHere(headers)) return
      throw new RequestError({ status: 403, code: 'forbidden', message: forbidden })
    }
    const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
    // Of equal length whatever was sent, so that the time it takes says nothing.
    if (token !== undefined && timingSafeEqual(digest(token), expected)) return
    reply.header('www-authenticate', 'Bearer')
    const message = 'This needs the token of the server: "Authorization: Bearer …", with its REKINDLE_ADMIN_TOKEN.'
    throw new RequestError({ status: 401, code: 'unauthorized', message })
  }
}

/**
 * Only this machine reaches a loopback address; but what reaches it may act for others. A proxy says so, or passes on the name
 * that it was asked for, and a page whose own name was made to point here (DNS rebinding) asks by that name.
 */
function isFromHere(headers: IncomingHttpHeaders): boolean {
  const { host = '', forwarded, 'x-forwarded-for': forwardedFor, via } = headers
  if (forwarded !== undefined || forwardedFor !== undefined || via !== undefined) return false
  return URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
