import type { AppDatabase } from '../database/schema.ts'
import { invalidRequest } from '../parse-request.ts'
import type { AgentContent } from './agent-content.ts'
import type { Changes, Editor, Resource } from './resource-kind.ts'

/**
 * Throws a `RequestError` naming the field where an agent refers to what the database does not hold. A model that an admin names
 * for the first time is added; users keep to those that there are, which others pay for.
 */
export async function assertAgentFits(
  transaction: AppDatabase,
  { content, updatedAt }: Resource<AgentContent>,
  changes: Changes<AgentContent>,
  { identity }: Editor,
): Promise<void> {
  if (typeof changes.model === 'string') {
    if (identity.role === 'admin') await addModel(transaction, changes.model, updatedAt)
    else await assertModel(transaction, changes.model)
  }
  if (changes.tools !== undefined) {
    const rows = await transaction.selectFrom('tools').select('name').orderBy('name').execute()
    assertKnown('tools', changes.tools, rows, 'tool')
  }
  if (changes.mcpServers !== undefined) {
    const rows = await transaction.selectFrom('mcp_servers').select('name').orderBy('name').execute()
    const named = changes.mcpServers.map((name) => ({ name }))
    assertKnown('mcpServers', named, rows, 'MCP server')
  }
  if (changes.settings !== undefined || changes.tools !== undefined) await assertToolChoice(transaction, content)
}

/** What an agent names must have a row; the settings of one that is there are not changed from here. */
async function addModel(transaction: AppDatabase, id: string, updatedAt: string): Promise<void> {
  const insert = transaction.insertInto('models').values({ id, settings: '{}', updated_at: updatedAt })
  await insert.onConflict((conflict) => conflict.column('id').doNothing()).execute()
}

async function assertModel(transaction: AppDatabase, id: string): Promise<void> {
  const row = await transaction.selectFrom('models').select('id').where('id', '=', id).executeTakeFirst()
  if (row !== undefined) return
  throw invalidRequest({ path: ['model'], message: 'Admins have set up no such model; null is the default one.' })
}

interface Named {
  readonly name: string
}

function assertKnown(field: string, wanted: readonly Named[], rows: readonly Named[], noun: string): void {
  const known = rows.map(({ name }) => name)
  const unknown = wanted.findIndex(({ name }) => !known.includes(name))
  if (unknown < 0) return
  throw invalidRequest({
    path: [field, unknown],
    message: `There is no such ${noun}; there are ${known.join(', ') || 'none'}.`,
  })
}

/** An agent that must use a tool it has not can never be made. What its MCP servers offer is not known here. */
async function assertToolChoice(transaction: AppDatabase, content: AgentContent): Promise<void> {
  const { toolChoice } = content.settings
  if (typeof toolChoice !== 'object' || toolChoice === null || !('tool' in toolChoice)) return
  const { tool } = toolChoice
  const row = await transaction.selectFrom('tools').select('enabled').where('name', '=', String(tool)).executeTakeFirst()
  const ofServer = row === undefined && content.mcpServers.length > 0
  if (ofServer || (row?.enabled === 1 && content.tools.some(({ name }) => name === tool))) return
  throw invalidRequest({ path: ['settings', 'toolChoice', 'tool'], message: 'The agent has no such tool, or it is disabled.' })
}
