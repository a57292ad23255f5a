import type { FastifyInstance } from 'fastify'
import { agentKind } from './agent-kind.ts'
import { mcpServerKind } from './mcp-server-kind.ts'
import { modelKind } from './model-kind.ts'
import type { ResourceParts } from './resource-edits.ts'
import type { ResourceKind } from './resource-kind.ts'
import { resourceRoutes } from './resource-routes.ts'
import { serverTestRoute } from './server-test-route.ts'
import { toolKind } from './tool-kind.ts'

const kinds: readonly ResourceKind[] = [agentKind, modelKind, toolKind, mcpServerKind]

/** All that can be edited. */
export function allResourceRoutes(app: FastifyInstance, parts: ResourceParts): void {
  for (const kind of kinds) resourceRoutes(app, kind, parts)
  serverTestRoute(app, parts)
}
