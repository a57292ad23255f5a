import type { AppDatabase } from './schema.ts'

export interface AgentSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  /** `provider:model` */
  readonly model: string
  /** Names of its enabled tools, in the agent's order. */
  readonly tools: readonly string[]
  readonly version: number
  readonly updatedAt: string
}

/** All agents by name, for people to choose from. `defaultModel` is the model of agents that name none. */
export async function listAgents(db: AppDatabase, defaultModel: string): Promise<AgentSummary[]> {
  const agents = await db
    .selectFrom('agents')
    .select(['id', 'name', 'description', 'model', 'version', 'updated_at'])
    .orderBy('name')
    .orderBy('id')
    .execute()
  const rows = await db
    .selectFrom('agent_tools')
    .innerJoin('tools', 'tools.name', 'agent_tools.tool_name')
    .select(['agent_tools.agent_id', 'tools.name'])
    .where('tools.enabled', '=', 1)
    .orderBy('agent_tools.position')
    .orderBy('tools.name')
    .execute()
  const toolsOf = Map.groupBy(rows, (row) => row.agent_id)
  return agents.map(({ updated_at: updatedAt, model, ...agent }) => ({
    ...agent,
    model: model ?? defaultModel,
    updatedAt,
    tools: (toolsOf.get(agent.id) ?? []).map((row) => row.name),
  }))
}
