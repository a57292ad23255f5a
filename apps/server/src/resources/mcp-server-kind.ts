import { z } from 'zod'
import { parseServerSetup, secretsOf, serverSetup } from '../mcp/server-setup.ts'
import { invalidRequest } from '../parse-request.ts'
import { plainName, standing, text } from './fields.ts'
import { notFound } from './not-found.ts'
import type { Registry, ResourceKind } from './resource-kind.ts'
import { readResources } from './resource-rows.ts'

const fields = {
  description: text(0, 1_000).describe('For people.'),
  config: serverSetup.describe('`{ url, type?, headers? }`, or `{ local }`: the name of a program that the machine may start.'),
  enabled: z.boolean().describe('false takes its tools away from every agent.'),
}
const defaults = { description: fields.description.default(''), enabled: fields.enabled.default(true) }
const content = z.strictObject({ ...fields, ...defaults })
type McpServerContent = z.output<typeof content>

const creation = z.strictObject({ name: plainName, ...fields, ...defaults })
const shown = z.object({
  name: z.string(),
  description: z.string(),
  config: z.record(z.string(), z.unknown()).optional().describe('For admins.'),
  enabled: z.boolean(),
  ...standing,
})

export const mcpServerKind: ResourceKind<McpServerContent, 'mcp_servers', z.output<typeof creation>> = {
  kind: 'mcp-server',
  path: 'mcp-servers',
  one: 'mcpServer',
  noun: 'MCP server',
  article: 'an',
  plural: 'MCP servers',
  table: 'mcp_servers',
  key: 'name',
  creation,
  content,
  changes: z.strictObject(fields).partial(),
  shown,
  listed: z.object({
    mcpServers: z.array(shown),
    local: z.array(z.string()).optional().describe('For admins: names of programs that this machine may start.'),
  }),

  adminsOnly: true,
  maySee: () => true,
  mayEdit: ({ role }) => role === 'admin',
  notFound: (name) => notFound(mcpServerKind, name),

  begin: ({ name, ...given }) => ({ id: name, content: given }),
  toRow: ({ description, config, enabled }) => ({ description, config: JSON.stringify(config), enabled: enabled ? 1 : 0 }),
  fromRow: ({ name, description, config, enabled }) => ({
    description,
    config: parseServerSetup(name, config),
    enabled: enabled === 1,
  }),

  show: ({ id: name, content: { description, config, enabled }, version, updatedAt }, { identity }) => {
    return { name, description, ...(identity.role === 'admin' && { config }), enabled, version, updatedAt }
  },
  list: async (db, editor) => ({
    mcpServers: (await readResources(db, mcpServerKind)).map((server) => mcpServerKind.show(server, editor)),
    ...(editor.identity.role === 'admin' && { local: editor.registry.toolServers.localNames }),
  }),

  assertUsable(_name, { config }, { registry }) {
    if (config !== undefined) assertReachable(config, registry.toolServers)
  },
  async usedBy(transaction, name) {
    const links = transaction.selectFrom('agent_mcp_servers').select('agent_id').where('server_name', '=', name)
    return (await links.orderBy('agent_id').execute()).map((link) => link.agent_id)
  },
  invalidates: (name) => ({ tags: [`mcp:${name}`] }),
}

/** What it needs of this machine must be there. Whether it answers is another matter, and may change any time. */
function assertReachable(config: McpServerContent['config'], toolServers: Registry['toolServers']): void {
  const { localNames } = toolServers
  if ('local' in config && !localNames.includes(config.local)) {
    const names = localNames.join(', ') || 'none'
    const message = `No program of this name may be started here. REKINDLE_LOCAL_MCP_SERVERS lists ${names}.`
    throw invalidRequest({ path: ['config', 'local'], message })
  }
  for (const [header, secret] of secretsOf(config)) {
    if (toolServers.hasSecret(secret)) continue
    const message = `There is no such secret: set REKINDLE_SECRET_${secret} where the server runs.`
    throw invalidRequest({ path: ['config', 'headers', header, '$secret'], message })
  }
}
