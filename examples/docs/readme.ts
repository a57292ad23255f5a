// README.md
import { tool } from 'ai'
import Fastify, { type FastifyRequest } from 'fastify'
import { z } from 'zod'

interface Question {
  readonly prompt: string
}

const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

const db = {
  agents: {
    find: async (agentId: string) => ({
      model: 'openai:gpt-6-luna',
      instructions: `You are the agent ${agentId}. Answer briefly.`,
      tools: ['weather'],
    }),
  },
}

const tools = {
  weather: tool({
    description: 'The weather in a city.',
    inputSchema: z.object({ city: z.string().default('Oslo') }),
    execute: ({ city }) => `sunny in ${city}`,
  }),
}

/** Stands for your session cookie, or token. */
function identityOf({ headers }: FastifyRequest) {
  return { agentId: '42', userId: String(headers['x-user']), sessionId: 's-1' }
}

const app = Fastify()

// #region use-it
import { Redis } from 'ioredis'
import { createOpenAI } from '@ai-sdk/openai'
import { createAgentCache } from 'rekindle'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { redisStore } from 'rekindle/redis'

const agents = createAgentCache({
  namespace: 'support',
  store: redisStore({ client: new Redis(redisUrl, { lazyConnect: true }) }), // or sqliteStore({ path }); without a store, memory only
  async loadConfig({ agentId }, { tag }) {
    const row = await db.agents.find(agentId) // expensive: runs once for all workers' sessions of this agent
    tag(`model:${row.model}`)
    return { version: 1, model: row.model, instructions: row.instructions, tools: row.tools }
  },
  configScope: ['agentId'],
  ...aiSdkAgents({ models: { openai: createOpenAI() }, tools }), // createAgent: cheap, local
})

app.post<{ Body: Question }>('/chat', async (request, reply) => {
  const { agentId, userId, sessionId } = identityOf(request) // never from the body
  await using lease = await agents.acquire({ agentId, userId, sessionId, reasoning: true })
  reply.header('x-served-from', lease.source) // 'memory', 'config' or 'build'
  const { text } = await lease.agent.generate({ prompt: request.body.prompt })
  return text
})

await agents.invalidate({ agentId: '42' }) // on every worker; or { tags: ['model:openai:gpt-6-luna'] }, or 'all'
// #endregion use-it

export { agents, app }
