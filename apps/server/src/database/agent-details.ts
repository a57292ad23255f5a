import { AgentNotFoundError } from 'rekindle'
import type { JsonObject } from 'rekindle/agent-config'
import { parseJsonObject } from './json-column.ts'
import type { AppDatabase } from './schema.ts'

/** An agent with everything about it that can be edited. */
export interface AgentDetails {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly instructions: string
  /** `provider:model`; null is the server's default. */
  readonly model: string | null
  readonly settings: JsonObject
  readonly maxSteps: number
  readonly reasoning: string | null
  /** In the agent's order, those that are disabled too. */
  readonly tools: readonly { readonly name: string; readonly options: JsonObject }[]
  readonly version: number
  readonly updatedAt: string
}

/** Throws `AgentNotFoundError`. */
export function findAgent(db: AppDatabase, id: string): Promise<AgentDetails> {
  // One snapshot: never the row of one version with the tools of another.
  return db
    .transaction()
    .setAccessMode('read only')
    .setIsolationLevel('repeatable read')
    .execute((snapshot) => readAgent(snapshot, id))
}

/** The same, within a transaction. */
export async function readAgent(transaction: AppDatabase, id: string): Promise<AgentDetails> {
  const row = await transaction.selectFrom('agents').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AgentNotFoundError(id)
  const tools = await transaction
    .selectFrom('agent_tools')
    .select(['tool_name', 'options'])
    .where('agent_id', '=', id)
    .orderBy('position')
    .orderBy('tool_name')
    .execute()
  const { settings, max_steps: maxSteps, updated_at: updatedAt, ...agent } = row
  return {
    ...agent,
    settings: parseJsonObject(settings, `agents.settings of ${id}`),
    maxSteps,
    tools: tools.map(({ tool_name: name, options }) => ({
      name,
      options: parseJsonObject(options, `agent_tools.options of ${id}, ${name}`),
    })),
    updatedAt,
  }
}
