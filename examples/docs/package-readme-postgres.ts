// packages/rekindle/README.md
import pg from 'pg'
import { createAgentCache } from 'rekindle'
import { key, options } from './small-agents.ts'

const url = process.env.DATABASE_URL ?? 'postgres://127.0.0.1/agents'
const agents = createAgentCache(options)
const client = new pg.Client(url)
await client.connect()

// #region listen
import { installTriggers, listenForChanges } from 'rekindle/postgres'

await installTriggers(client, { rules: [{ table: 'agents', invalidates: { agentId: 'id' } }] })
const changes = listenForChanges({
  connect: () => new pg.Client(url), // a connection of its own; one listener per store is enough
  invalidate: (target) => agents.invalidate(target), // or of createInvalidator, in a process without agents
})
// #endregion listen

export { agents, changes, client, key }
