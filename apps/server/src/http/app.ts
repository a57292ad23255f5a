import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { AgentUsage } from '../fleet/agent-usage.ts'
import { identifyRequests } from '../identity/identify.ts'
import { identityServices } from '../identity/identity-services.ts'
import { keyRoutes } from '../identity/key-routes.ts'
import { loginRoutes, whoAmIRoute } from '../identity/login-routes.ts'
import { limitSockets } from '../identity/socket-limits.ts'
import { describeApi } from '../openapi/describe-api.ts'
import { allResourceRoutes } from '../resources/all-kinds.ts'
import type { ResourceParts } from '../resources/resource-edits.ts'
import type { Settings } from '../settings.ts'
import { openConversations } from '../turns/open-conversations.ts'
import { closeSockets, webSocketRoute } from '../ws/route.ts'
import { chatRoute } from './chat-route.ts'
import { dashboardRoutes } from './dashboard.ts'
import { adviceRoute } from './advice-route.ts'
import { replyWithErrors } from './error-replies.ts'
import { cacheRoutes } from './cache-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { HealthParts } from './health-routes.ts'
import { jsonParserOf, readJsonBodies, sizeAllowance } from './json-body.ts'
import { metricsRoute } from './metrics-route.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { logRequests } from './request-log.ts'
import { securityHeaders } from './security-headers.ts'
import { sessionRoutes } from './session-routes.ts'
import { statsRoute } from './stats-route.ts'

export interface Parts extends HealthParts, ResourceParts {
  readonly settings: Settings
  readonly usage: AgentUsage
  readonly cookieSecret: string
}

/** Everything the server answers, in one place. */
export async function declareRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { settings } = parts
  const { maxMessageBytes } = settings
  const parseJson = jsonParserOf(app)
  logRequests(app)
  replyWithErrors(app)
  readJsonBodies(app, parseJson, maxMessageBytes)
  await securityHeaders(app, settings)
  await app.register(websocket, {
    options: { maxPayload: maxMessageBytes * sizeAllowance },
    preClose: closeSockets,
    errorHandler: (_error, socket) => socket.terminate(),
  })
  const identity = await identityServices(app, parts)
  const refuseTheRest = refuseOtherMethods(app)
  describeApi(app)
  app.decorateRequest('identity')

  // For anybody.
  healthRoutes(app, parts)
  loginRoutes(app, identity)
  await dashboardRoutes(app, settings.dashboardDir)

  // For who has signed in: `request.identity` says who that is.
  await app.register(async (scope) => {
    identifyRequests(scope, identity)
    const guard = limitSockets(scope, { ...identity, settings })
    const services = { ...parts, log: scope.log, conversations: openConversations(scope, parts) }
    whoAmIRoute(scope, settings)
    keyRoutes(scope, identity)
    allResourceRoutes(scope, parts)
    statsRoute(scope, parts)
    fleetRoutes(scope, parts)
    adviceRoute(scope, parts)
    metricsRoute(scope, parts)
    cacheRoutes(scope, parts)
    chatRoute(scope, services)
    sessionRoutes(scope, services)
    webSocketRoute(scope, { ...services, parseJson, maxMessageBytes, guard })
  })
  refuseTheRest()
}
