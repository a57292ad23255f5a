import { setTimeout as delay } from 'node:timers/promises'
import { createAgentCache } from 'rekindle'

/** Stands for your database. */
async function instructionsOf(agentId: string): Promise<string> {
  await delay(50)
  return `I am ${agentId}.`
}

const agents = createAgentCache({
  namespace: 'shop',
  // Expensive: whatever has to ask somebody. Returns plain JSON.
  loadConfig: async ({ agentId }) => ({ instructions: await instructionsOf(agentId) }),
  // Cheap: makes the live agent from that JSON.
  createAgent: ({ instructions }) => ({ answer: (text: string) => `${instructions} You said: ${text}` }),
})

const key = { agentId: 'support', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await agents.use(key, (agent, lease) => console.log(lease.source, '|', agent.answer('Hello.')))
}
await agents.close()
