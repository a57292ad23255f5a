import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { RequestError } from '../problem.ts'
import type { Limits } from '../settings.ts'
import { LoginRefused } from './authenticator.ts'
import type { Authenticator } from './authenticator.ts'
import type { RequestLimits } from './request-limits.ts'

const policyViolation = 1008
/** In the range that is for applications: sign in again, then come back. */
const signInAgain = 4401
/** How long a client has to answer that it is sent away. */
const goodbyeMs = 1_000
/** How long a login that was withdrawn is believed where a socket is open. */
const believedMs = 30_000

/** To be asked before each message of a socket; `false` when it is to be ignored, since the socket is being closed. */
export type Admission = () => Promise<boolean>
/** Watches over an open socket, from its first message on. */
export type SocketGuard = (socket: WebSocket, request: FastifyRequest) => Admission

export interface SocketLimitParts {
  readonly authenticator: Authenticator
  readonly limits: RequestLimits
  readonly settings: { readonly limits: Pick<Limits, 'socketsPerUser' | 'connections'> }
}

/**
 * Limits the WebSockets of `scope`: how many there are, of one user (429) and in all (503, so that plain requests still get
 * through); how long each may stay, which is as long as its identity holds; and how much is said over it, which counts as
 * requests of its user.
 */
export function limitSockets(scope: FastifyInstance, { authenticator, limits, settings }: SocketLimitParts): SocketGuard {
  const count = new SocketCount(settings.limits)

  // The last of the hooks, and synchronous: nothing comes between it and the socket's being open.
  scope.addHook('preHandler', ({ ws, identity }, _reply, done) => {
    const refusal = ws ? count.refusalOf(identity.userId) : undefined
    done(refusal)
  })

  return (socket, request) => {
    const { log, ip, identity } = request
    const { userId } = identity
    const forget = count.add(userId)
    log.info({ userId, ip }, 'a WebSocket was opened')
    let goodbye: NodeJS.Timeout | undefined
    const close = (code: number, reason: string): void => {
      socket.close(code, reason)
      goodbye = setTimeout(() => socket.terminate(), goodbyeMs)
    }
    const stop = watch(request, authenticator, () => close(signInAgain, 'The login is over.'))
    socket.on('close', (code) => {
      log.info({ userId, code }, 'a WebSocket was closed')
      stop()
      clearTimeout(goodbye)
      forget()
    })
    return async () => {
      if (socket.readyState !== socket.OPEN) return false
      const fine = await limits.countUser(request).then(
        () => true,
        () => false,
      )
      if (fine || socket.readyState !== socket.OPEN) return fine
      log.warn({ userId }, 'too many messages over a WebSocket')
      close(policyViolation, 'Too many messages.')
      return false
    }
  }
}

/** Asks again and again who it is, as if they came anew, and calls `over` once they are refused. */
function watch(request: FastifyRequest, authenticator: Authenticator, over: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const again = (expiresAt: number | undefined): void => {
    if (stopped) return
    timer = setTimeout(() => void check(), Math.max(0, Math.min(believedMs, (expiresAt ?? Infinity) - Date.now())))
  }
  const check = async (): Promise<void> => {
    try {
      const { expiresAt } = await authenticator.identify(request)
      if (expiresAt !== undefined && expiresAt <= Date.now()) over()
      else again(expiresAt)
    } catch (error) {
      if (error instanceof LoginRefused) over()
      // What keeps us from knowing is no reason to send anybody away.
      else again(undefined)
    }
  }
  again(request.identity.expiresAt)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

class SocketCount {
  readonly #perUser: number
  readonly #most: number
  readonly #ofUser = new Map<string, number>()
  #all = 0

  constructor({ socketsPerUser, connections }: Pick<Limits, 'socketsPerUser' | 'connections'>) {
    this.#perUser = socketsPerUser
    this.#most = Math.max(1, Math.floor(connections * 0.9))
  }

  refusalOf(userId: string): RequestError | undefined {
    if (this.#all >= this.#most) return new RequestError(serverFull)
    if ((this.#ofUser.get(userId) ?? 0) >= this.#perUser) return new RequestError(tooManySockets(this.#perUser))
    return undefined
  }

  /** Returns what takes it away again. */
  add(userId: string): () => void {
    this.#all++
    this.#ofUser.set(userId, (this.#ofUser.get(userId) ?? 0) + 1)
    return () => {
      this.#all--
      const left = (this.#ofUser.get(userId) ?? 1) - 1
      if (left === 0) this.#ofUser.delete(userId)
      else this.#ofUser.set(userId, left)
    }
  }
}

const serverFull = {
  status: 503,
  code: 'busy',
  message: 'This server has as many connections as it can. Try again in a moment.',
  retryAfterS: 2,
}

function tooManySockets(most: number) {
  const message = `A user has at most ${most} WebSockets at once. Close one first.`
  return { status: 429, code: 'too-many-sockets', message, retryAfterS: 2 }
}
