// The cache of getting-started.ts with a config tier in a file. Run it twice.
import { setTimeout as delay } from 'node:timers/promises'
// #region store
import { createAgentCache } from 'rekindle'
import { sqliteStore } from 'rekindle/sqlite'

const agents = createAgentCache({
  namespace: 'shop',
  store: sqliteStore({ path: 'agents.db' }),
  loadConfig: async ({ agentId }) => ({ instructions: await instructionsOf(agentId) }),
  createAgent: ({ instructions }) => ({ answer: (text: string) => `${instructions} You said: ${text}` }),
})
// #endregion store

async function instructionsOf(agentId: string): Promise<string> {
  await delay(50)
  return `I am ${agentId}.`
}

const key = { agentId: 'support', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await agents.use(key, (agent, lease) => console.log(lease.source, '|', agent.answer('Hello.')))
}
await agents.close()
