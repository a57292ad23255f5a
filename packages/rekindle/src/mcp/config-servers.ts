import type { AgentDefinition, McpServerConfig } from '../agent-config/agent-config.ts'

/** Gives a server, which stands at `path`, what is to stand there instead. */
export type ChangeServer = (name: string, server: McpServerConfig, path: string) => Promise<McpServerConfig>

/** A copy of the agent described at `path`, with all its servers changed, and those of its sub-agents and handoffs; all at once. */
export async function changeServers<Definition extends AgentDefinition>(
  definition: Definition,
  path: string,
  change: ChangeServer,
): Promise<Definition> {
  const { mcpServers, subAgents, handoffs } = definition
  const changed = await Promise.all([
    changeEach('mcpServers', mcpServers, path, change),
    changeEach('subAgents', subAgents, path, (_, agent, where) => changeServers(agent, where, change)),
    changeEach('handoffs', handoffs, path, (_, agent, where) => changeServers(agent, where, change)),
  ])
  return Object.assign({ ...definition }, ...changed)
}

/** The field with every entry changed, or nothing if there is no such field. */
async function changeEach<Entry>(
  field: string,
  entries: { readonly [name: string]: Entry } | undefined,
  path: string,
  change: (name: string, entry: Entry, path: string) => Promise<Entry>,
): Promise<object> {
  if (entries === undefined) return {}
  const changed = Object.entries(entries).map(
    async ([name, entry]) => [name, await change(name, entry, `${path}.${field}.${name}`)] as const,
  )
  return { [field]: Object.fromEntries(await Promise.all(changed)) }
}
