// An edit, a connection that holds an agent, and the end of a process. Ends by itself.
import { setTimeout as delay } from 'node:timers/promises'
import { CacheClosedError, createAgentCache } from 'rekindle'

const database = new Map([['support', 'I am support.']])
const agents = createAgentCache({
  namespace: 'shop',
  async loadConfig({ agentId }) {
    await delay(50)
    return { instructions: database.get(agentId) ?? '' }
  },
  createAgent: ({ instructions }) => ({ answer: (text: string) => `${instructions} You said: ${text}` }),
})
const saveInstructions = async (agentId: string, instructions: string) => void database.set(agentId, instructions)

const key = { agentId: 'support', userId: 'ann', sessionId: 's-1', reasoning: false }
await agents.use(key, (agent, lease) => console.log(lease.source, '|', agent.answer('Hello.')))

// #region edit
await saveInstructions('support', 'I am brief.') // first the database
await agents.invalidate({ agentId: 'support' }) // then every worker

await agents.use(key, (agent, { source, reason }) => console.log(source, reason, '|', agent.answer('Hello.')))
// #endregion edit

async function connection(): Promise<void> {
  // #region hold
  await using lease = await agents.acquire(key)
  lease.retired.addEventListener('abort', () => console.log('edited meanwhile: the next turn gets another agent'))
  console.log(lease.agent.answer('I am still here.'))
  // #endregion hold
  await agents.invalidate({ agentId: 'support' })
}
await connection()

// #region close
process.once('SIGTERM', () => void agents.close({ drainMs: 10_000 }))
// #endregion close

process.kill(process.pid, 'SIGTERM')
// Who asks a cache that closes is told so.
for (let open = true; open; await delay(5)) {
  await agents.getOrBuild(key).catch((error: unknown) => {
    open = !CacheClosedError.isInstance(error)
  })
}
console.log('closed')
