import { AgentNotFoundError } from 'rekindle'
import type { AgentEdit } from '../editing/agent-edit.ts'
import { invalidRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { readAgent } from './agent-details.ts'
import type { AgentDetails } from './agent-details.ts'
import type { AppDatabase } from './schema.ts'

/**
 * Saves all of an edit, as the agent's next version, or nothing. Edits of one agent come one after the other, whichever workers
 * they come from, and so do their versions.
 *
 * Throws `AgentNotFoundError`, and `RequestError` when the agent is no longer at `edit.version` or has no such tool.
 */
export function saveEdit(db: AppDatabase, id: string, edit: AgentEdit, now: () => number): Promise<AgentDetails> {
  return db.transaction().execute(async (transaction) => {
    if (typeof edit.model === 'string') await addModel(transaction, edit.model)
    // Before anything of the agent is read: the row stays locked from here on, in PostgreSQL too.
    const row = await transaction
      .updateTable('agents')
      .set({
        // What is undefined is not set.
        name: edit.name,
        description: edit.description,
        instructions: edit.instructions,
        model: edit.model,
        settings: edit.settings && JSON.stringify(edit.settings),
        max_steps: edit.maxSteps,
        reasoning: edit.reasoning,
        updated_at: new Date(now()).toISOString(),
      })
      .set((of) => ({ version: of('version', '+', 1) }))
      .where('id', '=', id)
      .returning('version')
      .executeTakeFirst()
    if (row === undefined) throw new AgentNotFoundError(id)
    assertVersion(edit.version, row.version - 1)
    if (edit.tools !== undefined) await replaceTools(transaction, id, edit.tools)
    const agent = await readAgent(transaction, id)
    if (edit.settings !== undefined || edit.tools !== undefined) await assertToolChoice(transaction, agent)
    return agent
  })
}

/** What an agent names must have a row; its settings are nobody's to change from here. */
async function addModel(transaction: AppDatabase, id: string): Promise<void> {
  await transaction
    .insertInto('models')
    .values({ id, settings: '{}' })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

function assertVersion(seen: number | undefined, currentVersion: number): void {
  if (seen === undefined || seen === currentVersion) return
  const message = `The agent is at version ${currentVersion}, not ${seen}: it has been edited meanwhile. Look at it again.`
  throw new RequestError({ status: 409, code: 'version-conflict', message, path: 'version', currentVersion })
}

async function replaceTools(transaction: AppDatabase, id: string, tools: NonNullable<AgentEdit['tools']>): Promise<void> {
  const rows = await transaction.selectFrom('tools').select('name').orderBy('name').execute()
  const known = rows.map(({ name }) => name)
  const unknown = tools.findIndex(({ name }) => !known.includes(name))
  if (unknown >= 0) {
    throw invalidRequest({ path: ['tools', unknown], message: `There is no such tool; there are ${known.join(', ') || 'none'}.` })
  }
  await transaction.deleteFrom('agent_tools').where('agent_id', '=', id).execute()
  if (tools.length === 0) return
  const links = tools.map(({ name, options }, position) => ({
    agent_id: id,
    tool_name: name,
    position,
    options: JSON.stringify(options),
  }))
  await transaction.insertInto('agent_tools').values(links).execute()
}

/** An agent that must use a tool it has not can never be made. */
async function assertToolChoice(transaction: AppDatabase, { id, settings: { toolChoice } }: AgentDetails): Promise<void> {
  if (typeof toolChoice !== 'object' || toolChoice === null || !('tool' in toolChoice)) return
  const chosen = await transaction
    .selectFrom('agent_tools')
    .innerJoin('tools', 'tools.name', 'agent_tools.tool_name')
    .select('tools.name')
    .where('agent_tools.agent_id', '=', id)
    .where('tools.name', '=', String(toolChoice.tool))
    .where('tools.enabled', '=', 1)
    .executeTakeFirst()
  if (chosen !== undefined) return
  throw invalidRequest({ path: ['settings', 'toolChoice', 'tool'], message: 'The agent has no such tool, or it is disabled.' })
}
