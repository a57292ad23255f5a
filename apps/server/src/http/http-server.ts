import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Settings } from '../settings.ts'
import { rawBadRequest, sendError } from './error-replies.ts'

/** A client has this long to send its headers, and this long for all of its request. */
const headersTimeoutMs = 5_000
const requestTimeoutMs = 30_000
/** How late that may be noticed. */
const checkingMs = 500

/** A server that answers nothing yet, and bounds what a client may do before it has said what it wants. */
export function createHttpServer(
  { trustedProxies, limits }: Pick<Settings, 'trustedProxies' | 'limits'>,
  logger: FastifyServerOptions['logger'],
): FastifyInstance {
  const run = randomBytes(6).toString('hex')
  let requests = 0
  const app = Fastify({
    ...(logger !== undefined && { logger }),
    // One line each, of our own making.
    logController: new LogController({ disableRequestLogging: true }),
    // Of all workers of all machines, so that a line of a log is found by what a client was told.
    genReqId: () => `${run}-${(++requests).toString(36)}`,
    trustProxy: (_address: string, hop: number) => hop < trustedProxies,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: 200 },
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: checkingMs,
      // An upgrade to anything but a WebSocket is not ours; the request goes on as plain HTTP.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler(error, socket) {
      if (socket.writable && error.code !== 'ECONNRESET') socket.write(rawBadRequest(error.code))
      socket.destroy(error)
    },
  })
  // Those beyond are closed: otherwise the primary would offer them to its workers again and again.
  Object.assign(app.server, { maxConnections: limits.connections, dropMaxConnection: true })
  return app
}
