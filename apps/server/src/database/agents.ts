import type { Identity } from '../identity/identity.ts'
import type { AppDatabase } from './schema.ts'

export interface AgentSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  /** `provider:model` */
  readonly model: string
  /** Names of its enabled tools and MCP servers, in the agent's order. */
  readonly tools: readonly string[]
  readonly mcpServers: readonly string[]
  /** null: everybody's. */
  readonly ownerId: string | null
  readonly version: number
  readonly updatedAt: string
}

/**
 * All agents that somebody may use or edit, by name, for people to choose from. `defaultModel` is the model of agents that name
 * none.
 */
export async function listAgents(db: AppDatabase, defaultModel: string, identity: Identity): Promise<AgentSummary[]> {
  const all = db
    .selectFrom('agents')
    .select(['id', 'name', 'description', 'model', 'owner_id', 'version', 'updated_at'])
    .orderBy('name')
    .orderBy('id')
  const visible =
    identity.role === 'admin' ? all : all.where((of) => of.or([of('owner_id', 'is', null), of('owner_id', '=', identity.userId)]))
  const agents = await visible.execute()
  const tools = await db
    .selectFrom('agent_tools')
    .innerJoin('tools', 'tools.name', 'agent_tools.tool_name')
    .select(['agent_tools.agent_id', 'tools.name'])
    .where('tools.enabled', '=', 1)
    .orderBy('agent_tools.position')
    .orderBy('tools.name')
    .execute()
  const servers = await db
    .selectFrom('agent_mcp_servers')
    .innerJoin('mcp_servers', 'mcp_servers.name', 'agent_mcp_servers.server_name')
    .select(['agent_mcp_servers.agent_id', 'mcp_servers.name'])
    .where('mcp_servers.enabled', '=', 1)
    .orderBy('agent_mcp_servers.position')
    .orderBy('mcp_servers.name')
    .execute()
  const toolsOf = Map.groupBy(tools, (row) => row.agent_id)
  const serversOf = Map.groupBy(servers, (row) => row.agent_id)
  const namesOf = (rows: readonly { readonly name: string }[] = []): string[] => rows.map((row) => row.name)
  return agents.map(({ updated_at: updatedAt, owner_id: ownerId, model, ...agent }) => ({
    ...agent,
    model: model ?? defaultModel,
    ownerId,
    updatedAt,
    tools: namesOf(toolsOf.get(agent.id)),
    mcpServers: namesOf(serversOf.get(agent.id)),
  }))
}
