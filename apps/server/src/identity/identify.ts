import type { FastifyInstance, FastifyRequest } from 'fastify'
import { assertSameOrigin } from '../http/same-origin.ts'
import { LoginRefused } from './authenticator.ts'
import type { Authenticator } from './authenticator.ts'
import type { Identity } from './identity.ts'
import type { KnownUsers } from './known-users.ts'
import type { RequestLimits } from './request-limits.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; on every route but those that anybody may use. */
    identity: Identity
  }
}

export interface IdentityParts {
  readonly authenticator: Authenticator
  readonly users: KnownUsers
  readonly limits: RequestLimits
}

/** Gives every request of `scope` its identity, over HTTP and in the WebSocket's handshake, or refuses it. */
export function identifyRequests(scope: FastifyInstance, { authenticator, users, limits }: IdentityParts): void {
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    assertSameOrigin(request)
    request.identity = await countFailures(limits, request, () => authenticator.identify(request))
    await limits.countUser(request)
    await users.welcome(request.identity, request.headers['accept-language'], request.log)
  })
}

/** Does what may find out that somebody is not who they say: each time this costs their address something. */
export async function countFailures<Result>(
  limits: RequestLimits,
  request: FastifyRequest,
  signIn: () => Result | Promise<Result>,
): Promise<Result> {
  await limits.assertAddress(request)
  try {
    return await signIn()
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error
    await limits.countAddress(request)
    if (error.why !== undefined) request.log.warn({ ip: request.ip, why: error.why }, 'a login was refused')
    throw error
  }
}
