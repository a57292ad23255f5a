// The cache of getting-started.ts with a config tier in Redis. Run it twice; then stop Redis, and run it again.
import { setTimeout as delay } from 'node:timers/promises'
// #region store
import { Redis } from 'ioredis'
import { createAgentCache } from 'rekindle'
import { redisStore } from 'rekindle/redis'

// It says where Redis is, and stays unconnected: the store opens connections of its own.
const client = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379', { lazyConnect: true })

const agents = createAgentCache({
  namespace: 'shop',
  store: redisStore({ client }),
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
