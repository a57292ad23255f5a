import { z } from 'zod'
import { invalidRequest } from '../parse-request.ts'
import { toolDescriptions } from '../tools/tool-descriptions.ts'
import { plainName, standing, text } from './fields.ts'
import { notFound } from './not-found.ts'
import type { ResourceKind } from './resource-kind.ts'
import { readResources } from './resource-rows.ts'

const fields = {
  description: text(0, 1_000).describe('For people.'),
  enabled: z.boolean().describe('false takes it away from every agent.'),
}
const content = z.strictObject(fields)
type ToolContent = z.output<typeof content>

const creation = z.strictObject({
  name: plainName,
  description: fields.description.optional(),
  enabled: fields.enabled.default(true),
})
const shown = z.object({
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  takesOptions: z.boolean().describe('Whether an agent can set it up for itself.'),
  ...standing,
})

export const toolKind: ResourceKind<ToolContent, 'tools', z.output<typeof creation>> = {
  kind: 'tool',
  path: 'tools',
  one: 'tool',
  noun: 'tool',
  article: 'a',
  plural: 'tools',
  table: 'tools',
  key: 'name',
  creation,
  content,
  changes: content.partial(),
  shown,
  listed: z.object({
    tools: z.array(shown),
    available: z.array(z.string()).describe('What this server has besides, and could be added.'),
  }),

  adminsOnly: true,
  maySee: () => true,
  mayEdit: ({ role }) => role === 'admin',
  notFound: (name) => notFound(toolKind, name),

  begin({ name, description, enabled }, { registry }) {
    const known = Object.keys(registry.tools)
    if (known.includes(name)) return { id: name, content: { description: description ?? toolDescriptions[name] ?? '', enabled } }
    throw invalidRequest({ path: ['name'], message: `This server has no such tool; it has ${known.join(', ')}.` })
  },
  toRow: ({ description, enabled }) => ({ description, enabled: enabled ? 1 : 0 }),
  fromRow: ({ description, enabled }) => ({ description, enabled: enabled === 1 }),

  show: ({ id: name, content: { description, enabled }, version, updatedAt }, { registry }) => {
    const takesOptions = typeof registry.tools[name] === 'function'
    return { name, description, enabled, takesOptions, version, updatedAt }
  },
  async list(db, editor) {
    const tools = await readResources(db, toolKind)
    const names = new Set(tools.map(({ id }) => id))
    const available = Object.keys(editor.registry.tools).filter((name) => !names.has(name))
    return { tools: tools.map((tool) => toolKind.show(tool, editor)), available }
  },

  assertUsable() {},
  async usedBy(transaction, name) {
    const links = transaction.selectFrom('agent_tools').select('agent_id').where('tool_name', '=', name)
    return (await links.orderBy('agent_id').execute()).map((link) => link.agent_id)
  },
  invalidates: (name) => ({ tags: [`tool:${name}`] }),
}
