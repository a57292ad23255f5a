import { setTimeout as delay } from 'node:timers/promises'
import { type AgentCache, AgentNotFoundError, createAgentCache } from 'rekindle'
import { type AgentConfig, endpointsFromEnvironment } from 'rekindle/agent-config'
import { type AiSdkAgent, aiSdkAgents } from 'rekindle/ai-sdk'
import { sqliteStore } from 'rekindle/sqlite'

/** Stands for your database, and for the time it takes. */
const rows = new Map([['support', { model: process.env.MODEL ?? 'openai:gpt-6-luna', instructions: 'You help customers.' }]])

export type Agents = AgentCache<AgentConfig, AiSdkAgent>

/** To be called once per process: the live agents are in what it returns. */
export function createAgents(): Agents {
  return createAgentCache({
    namespace: 'recipes',
    store: sqliteStore({ path: process.env.AGENT_STORE ?? 'data/recipes.db' }), // on several machines: redisStore({ client })
    async loadConfig({ agentId }) {
      await delay(20)
      const row = rows.get(agentId)
      if (row === undefined) throw new AgentNotFoundError(agentId)
      return { version: 1, ...row }
    },
    configScope: ['agentId'], // everybody shares the config; each user and session has a live agent of its own
    ...aiSdkAgents({
      models: endpointsFromEnvironment(),
      agentSettings: { onError: () => {} }, // thrown by textOf, so not printed, too
    }),
  })
}

/** One run of an agent, text by text. Throws what fails, and the reason of `signal`, which ends the call of the model. */
export async function* textOf(agent: AiSdkAgent, prompt: string, signal: AbortSignal): AsyncGenerator<string> {
  const { stream } = await agent.stream({ prompt, abortSignal: signal })
  for await (const part of stream) {
    if (part.type === 'text-delta') yield part.text
    if (part.type === 'error') throw part.error
  }
  signal.throwIfAborted()
}
