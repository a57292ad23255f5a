import { randomUUID } from 'node:crypto'
import { AgentNotFoundError } from 'rekindle'
import { listAgents } from '../database/agents.ts'
import { parseJsonObject } from '../database/json-column.ts'
import type { AgentRow, AppDatabase } from '../database/schema.ts'
import type { Identity } from '../identity/identity.ts'
import { invalidRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { agentChanges, agentContent, agentCreation, agentShown, agentsListed } from './agent-content.ts'
import type { AgentContent, AgentCreation } from './agent-content.ts'
import { assertAgentFits } from './agent-fits.ts'
import { assertAgentUsable } from './agent-usable.ts'
import type { ResourceKind } from './resource-kind.ts'

/** Of one user: each may have their own, and each is told to the cache of every worker. */
const maxOfUser = 100

export const agentKind: ResourceKind<AgentContent, 'agents', AgentCreation> = {
  kind: 'agent',
  path: 'agents',
  one: 'agent',
  noun: 'agent',
  article: 'an',
  plural: 'agents',
  table: 'agents',
  key: 'id',
  creation: agentCreation,
  content: agentContent,
  changes: agentChanges,
  shown: agentShown,
  listed: agentsListed,

  adminsOnly: false,
  maySee: ({ role, userId }, { ownerId }) => ownerId === null || ownerId === userId || role === 'admin',
  mayEdit,
  notFound: (id) => new AgentNotFoundError(id),

  begin({ id, shared, ownerId, ...content }, { identity }) {
    // Ids are everybody's. Whoever chose one would learn that it is taken, or come by the history of one that was deleted.
    if (id !== undefined && identity.role !== 'admin') {
      throw invalidRequest({ path: ['id'], message: 'Only admins choose ids.' })
    }
    const owner = ownerId === undefined ? identity.userId : ownerId
    return { id: id ?? randomUUID(), content: { ...content, ownerId: shared === true ? null : owner } }
  },
  // Whose it is was decided at another time, by another right.
  restore: (content, { ownerId }) => ({ ...content, ownerId }),
  toRow: ({ ownerId, maxSteps, settings, tools: _tools, mcpServers: _servers, ...columns }) => ({
    ...columns,
    owner_id: ownerId,
    max_steps: maxSteps,
    settings: JSON.stringify(settings),
  }),
  fromRow: readContent,
  writeLinks: replaceLinks,

  show: ({ id, content, version, updatedAt }) => ({ id, ...content, version, updatedAt }),
  list: async (db, { identity, registry }) => ({
    agents: (await listAgents(db, registry.defaultModel, identity)).map((agent) => ({
      ...agent,
      editable: mayEdit(identity, agent),
    })),
  }),

  assertUsable: (_id, changes, { registry }) => assertAgentUsable(changes, registry),
  assertFits: assertAgentFits,
  assertRoom,
  invalidates: (agentId) => ({ agentId }),
}

function mayEdit({ role, userId }: Identity, { ownerId }: Pick<AgentContent, 'ownerId'>): boolean {
  return role === 'admin' || ownerId === userId
}

async function readContent(row: AgentRow, db: AppDatabase): Promise<AgentContent> {
  const { id, owner_id: ownerId, max_steps: maxSteps, settings } = row
  const tools = await db
    .selectFrom('agent_tools')
    .select(['tool_name', 'options'])
    .where('agent_id', '=', id)
    .orderBy('position')
    .orderBy('tool_name')
    .execute()
  const servers = await db
    .selectFrom('agent_mcp_servers')
    .select('server_name')
    .where('agent_id', '=', id)
    .orderBy('position')
    .orderBy('server_name')
    .execute()
  return {
    name: row.name,
    description: row.description,
    instructions: row.instructions,
    model: row.model,
    settings: parseJsonObject(settings, `agents.settings of ${id}`),
    maxSteps,
    reasoning: row.reasoning as AgentContent['reasoning'],
    tools: tools.map(({ tool_name: name, options }) => ({
      name,
      options: parseJsonObject(options, `agent_tools.options of ${id}, ${name}`),
    })),
    mcpServers: servers.map(({ server_name: name }) => name),
    ownerId,
  }
}

async function replaceLinks(transaction: AppDatabase, id: string, { tools, mcpServers }: AgentContent): Promise<void> {
  await transaction.deleteFrom('agent_tools').where('agent_id', '=', id).execute()
  await transaction.deleteFrom('agent_mcp_servers').where('agent_id', '=', id).execute()
  const toolRows = tools.map(({ name, options }, position) => {
    return { agent_id: id, tool_name: name, position, options: JSON.stringify(options) }
  })
  if (toolRows.length > 0) await transaction.insertInto('agent_tools').values(toolRows).execute()
  const serverRows = mcpServers.map((name, position) => ({ agent_id: id, server_name: name, position }))
  if (serverRows.length > 0) await transaction.insertInto('agent_mcp_servers').values(serverRows).execute()
}

async function assertRoom(transaction: AppDatabase, { ownerId }: AgentContent): Promise<void> {
  if (ownerId === null) return
  const own = await transaction.selectFrom('agents').select('id').where('owner_id', '=', ownerId).limit(maxOfUser).execute()
  if (own.length < maxOfUser) return
  const message = `One user can have ${maxOfUser} agents. Delete one first.`
  throw new RequestError({ status: 409, code: 'too-many-agents', message })
}
