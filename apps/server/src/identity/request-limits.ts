import { isIP } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RequestError } from '../problem.ts'

type Limiter = ReturnType<FastifyInstance['createRateLimit']>
type Count = Awaited<ReturnType<Limiter>>

/**
 * How much anybody may ask of this worker in a minute: each user, and each address without one. An address whose attempts to
 * sign in fail uses up what it has, so that guessing ends before anything is looked up for it.
 */
export class RequestLimits {
  readonly #ofAddress: Limiter
  readonly #ofUser: Limiter

  /** Of an `app` with @fastify/rate-limit. */
  constructor(app: FastifyInstance, max: number) {
    this.#ofAddress = app.createRateLimit({ max, keyGenerator: ({ ip }) => addressOf(ip) })
    this.#ofUser = app.createRateLimit({ max, keyGenerator: ({ identity }) => identity.userId })
  }

  /** Throws a `RequestError` (429) if its address has nothing left. */
  async assertAddress(request: FastifyRequest): Promise<void> {
    const count = await this.#ofAddress(request, { increment: false })
    // What is read is what has been used; the next one would be one more.
    if (!count.isAllowed && count.remaining === 0) throw tooMany(count.ttlInSeconds)
  }

  /** Counts for the address. Throws as above. */
  async countAddress(request: FastifyRequest): Promise<void> {
    assertWithin(await this.#ofAddress(request))
  }

  /** Counts for the user that the request has. Throws as above. */
  async countUser(request: FastifyRequest): Promise<void> {
    assertWithin(await this.#ofUser(request))
  }
}

/** A network of IPv6 counts as one address. A client that has gone has none, and a proxy may pass on anything. */
function addressOf(ip: string | undefined): string {
  return ip === undefined || isIP(ip) === 0 ? 'unknown' : normalizeIP(ip)
}

function assertWithin(count: Count): void {
  if (!count.isAllowed && count.isExceeded) throw tooMany(count.ttlInSeconds)
}

function tooMany(retryAfterS: number): RequestError {
  const message = `These are too many requests. Try again in ${retryAfterS} s.`
  return new RequestError({ status: 429, code: 'too-many-requests', message, retryAfterS })
}
