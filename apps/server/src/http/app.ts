import type { IncomingMessage } from 'node:http'
import cookie from '@fastify/cookie'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Settings } from '../settings.ts'
import { Visitors } from '../visitors/visitors.ts'
import type { Visitor } from '../visitors/visitors.ts'
import { closeSockets, webSocketRoute } from '../ws/route.ts'
import { agentEditingRoutes } from './agent-editing-routes.ts'
import type { EditingParts } from './agent-editing-routes.ts'
import { agentRoutes } from './agent-routes.ts'
import type { AgentRouteParts } from './agent-routes.ts'
import { chatRoute } from './chat-route.ts'
import { rawBadRequest, replyWithErrors, sendError } from './error-replies.ts'
import { healthRoutes } from './health-routes.ts'
import type { HealthParts } from './health-routes.ts'
import { jsonParserOf, readJsonBodies, sizeAllowance } from './json-body.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { assertSameOrigin } from './same-origin.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; on every route but those for health. */
    visitor: Visitor
  }
}

/** A client has this long to send its request. */
const requestTimeoutMs = 30_000

export function createHttpServer(logger: FastifyServerOptions['logger']): FastifyInstance {
  return Fastify({
    ...(logger !== undefined && { logger }),
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: 200 },
    // An upgrade to anything but a WebSocket is not ours; the request goes on as plain HTTP.
    http: { shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket' },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler(error, socket) {
      if (socket.writable && error.code !== 'ECONNRESET') socket.write(rawBadRequest(error.code))
      socket.destroy(error)
    },
  })
}

export interface Parts extends AgentRouteParts, HealthParts, EditingParts {
  readonly settings: Settings
  readonly cookieSecret: string
}

/** Everything the server answers, in one place. */
export async function declareRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { maxMessageBytes } = parts.settings
  const parseJson = jsonParserOf(app)
  replyWithErrors(app)
  readJsonBodies(app, parseJson, maxMessageBytes)
  await app.register(cookie, { secret: parts.cookieSecret, hook: false })
  await app.register(websocket, {
    options: { maxPayload: maxMessageBytes * sizeAllowance },
    preClose: closeSockets,
    errorHandler: (_error, socket) => socket.terminate(),
  })
  const refuseTheRest = refuseOtherMethods(app)

  healthRoutes(app, parts)
  await app.register(async (scope) => {
    const visitors = new Visitors(scope, parts.db)
    introduceVisitors(scope, visitors)
    const services = { ...parts, visitors, log: scope.log }
    agentRoutes(scope, services)
    agentEditingRoutes(scope, parts)
    chatRoute(scope, services)
    webSocketRoute(scope, { services, parseJson, maxMessageBytes })
  })
  refuseTheRest()
}

/** Gives every request of `scope` its visitor, and every new visitor a cookie, over HTTP and in the WebSocket's handshake. */
function introduceVisitors(scope: FastifyInstance, visitors: Visitors): void {
  const newCookies = new WeakMap<IncomingMessage, string>()
  scope.decorateRequest('visitor')
  scope.addHook('onRequest', async (request, reply) => {
    assertSameOrigin(request)
    const visitor = visitors.identify(request.headers)
    request.visitor = visitor
    reply.header('cache-control', 'no-store')
    if (visitor.newCookie === undefined) return
    reply.header('set-cookie', visitor.newCookie)
    newCookies.set(request.raw, visitor.newCookie)
  })
  scope.websocketServer.on('headers', (lines: string[], request: IncomingMessage) => {
    const newCookie = newCookies.get(request)
    if (newCookie !== undefined) lines.push(`set-cookie: ${newCookie}`)
  })
}
