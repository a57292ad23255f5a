import { Client } from 'pg'
import { installTriggers } from 'rekindle/postgres'
import type { ChangeRule } from 'rekindle/postgres'

export const changeChannel = 'rekindle_server'

/** What a change of a row invalidates: what `loadAgentConfig` makes of it. */
const rules: readonly ChangeRule[] = [
  { table: 'agents', invalidates: { agentId: 'id' } },
  { table: 'agent_tools', invalidates: { agentId: 'agent_id' } },
  { table: 'agent_mcp_servers', invalidates: { agentId: 'agent_id' } },
  { table: 'models', tags: ['model:{id}'] },
  { table: 'tools', tags: ['tool:{name}'] },
  { table: 'mcp_servers', tags: ['mcp:{name}'] },
  // A new user is one whom a worker has just met, and whose first agent it is about to build: nothing older is in the way.
  { table: 'users', invalidates: { userId: 'id' }, events: ['update', 'delete'], ignoreColumns: ['created_at'] },
]

/** Makes the tables tell who listens to {@link changeChannel}, unless they do so already. */
export async function installChangeTriggers(databaseUrl: string): Promise<void> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    // Somebody's open transaction must not keep the server from its start.
    lock_timeout: 5_000,
  })
  // The query that it breaks rejects, too.
  client.on('error', () => {})
  try {
    await client.connect()
    await installTriggers(client, { rules, channel: changeChannel })
  } finally {
    await client.end()
  }
}
