// The dictionary of docs/migration.md, and what takes its place. Both do the same work here.
import { setTimeout as delay } from 'node:timers/promises'
import { createAgentCache } from 'rekindle'

/** Stands for your agent: it has something open. */
class Agent {
  static open = 0
  readonly #instructions: string

  constructor({ instructions }: { readonly instructions: string }) {
    this.#instructions = instructions
    Agent.open++
  }

  answer(text: string): string {
    return `${this.#instructions} You said: ${text}`
  }

  [Symbol.dispose](): void {
    Agent.open--
  }
}

const rows = new Map<string, { instructions: string }>()
let loads = 0
async function loadRow(agentId: string): Promise<{ instructions: string }> {
  loads++
  await delay(20)
  return { instructions: rows.get(agentId)?.instructions ?? 'I am new.' }
}
const saveRow = async (agentId: string, instructions: string) => void rows.set(agentId, { instructions })

interface Server {
  chat(agentId: string, userId: string, sessionId: string, text: string): Promise<string>
  edit(agentId: string, instructions: string): Promise<void>
  close(): Promise<void>
}

function before(): Server {
  // #region before
  const agents = new Map<string, Agent>()

  async function agentFor(agentId: string, sessionId: string): Promise<Agent> {
    const id = `${agentId}:${sessionId}`
    let agent = agents.get(id)
    if (agent === undefined) {
      agent = new Agent(await loadRow(agentId)) // two requests at once: two loads, and one agent that nobody closes
      agents.set(id, agent) // stays until the process ends
    }
    return agent
  }

  async function chat(agentId: string, _userId: string, sessionId: string, text: string): Promise<string> {
    const agent = await agentFor(agentId, sessionId)
    return agent.answer(text)
  }

  async function edit(agentId: string, instructions: string): Promise<void> {
    await saveRow(agentId, instructions)
    for (const id of agents.keys()) if (id.startsWith(`${agentId}:`)) agents.delete(id) // in this process alone; nothing is closed
  }
  // #endregion before
  return { chat, edit, close: async () => agents.clear() }
}

function after(): Server {
  // #region after
  const agents = createAgentCache({
    namespace: 'shop',
    configScope: ['agentId'], // the row depends on nothing else: one load for all sessions
    loadConfig: ({ agentId }) => loadRow(agentId),
    createAgent: (row) => new Agent(row), // one per session; closed by its Symbol.dispose
    // store: redisStore({ client }) once there is more than one worker
  })

  async function chat(agentId: string, userId: string, sessionId: string, text: string): Promise<string> {
    return agents.use({ agentId, userId, sessionId, reasoning: false }, (agent) => agent.answer(text))
  }

  async function edit(agentId: string, instructions: string): Promise<void> {
    await saveRow(agentId, instructions)
    await agents.invalidate({ agentId })
  }
  // #endregion after
  return { chat, edit, close: () => agents.close() }
}

for (const [name, server] of Object.entries({ before: before(), after: after() })) {
  rows.clear()
  loads = 0
  Agent.open = 0
  const twoTabs = [server.chat('support', 'ann', 's-1', 'Hello.'), server.chat('support', 'ann', 's-1', 'Hello?')]
  await Promise.all(twoTabs)
  const first = loads
  await server.edit('support', 'I am brief.')
  const answer = await server.chat('support', 'ann', 's-1', 'Hello.')
  await server.close()
  console.log(`${name}: ${first} loads, "${answer}", ${Agent.open} left open`)
}
