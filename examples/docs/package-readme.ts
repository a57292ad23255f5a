// packages/rekindle/README.md
const key = { agentId: '42', userId: 'ann', sessionId: 's-1', reasoning: true }
const { agentId, userId, sessionId } = key

interface Config {
  readonly name: string
}

async function loadFromDatabase(agent: string, signal: AbortSignal): Promise<Config> {
  signal.throwIfAborted()
  return { name: agent }
}

class Agent {
  readonly name: string
  constructor({ name }: Config) {
    this.name = name
  }
}

// #region use
import { createAgentCache } from 'rekindle'
import { sqliteStore } from 'rekindle/sqlite'

const agents = createAgentCache({
  namespace: 'support',
  store: sqliteStore({ path: 'data/agents.db' }), // or redisStore({ client }) from 'rekindle/redis'
  loadConfig: async ({ agentId }, { signal }) => loadFromDatabase(agentId, signal), // expensive: returns plain JSON
  createAgent: (config) => new Agent(config), // cheap: makes the live agent
})

await using lease = await agents.acquire({ agentId, userId, sessionId, reasoning: true })
const { agent, source } = lease // 'memory', 'config' or 'build'

await agents.invalidate({ agentId: '42' }) // on every worker; { confirm: true } waits until all have dropped it

await agents.explain(key) // where a key stands, in memory and in the store, and why
await agents.workers.stats() // what every worker on every machine counts
// #endregion use

await using next = await agents.acquire(key)
const { workers } = await agents.workers.stats()
process.stdout.write([source, agent.name, lease.retired.aborted, next.reason, workers.length].join(' '))
lease.release()
next.release()
await agents.close()
