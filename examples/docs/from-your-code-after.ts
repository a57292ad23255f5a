// docs/from-your-code.md
import { createOpenAI } from '@ai-sdk/openai'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { AgentNotFoundError, createAgentCache } from 'rekindle'
import { type AgentConfig, reasoningLevel } from 'rekindle/agent-config'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { mcpServers } from 'rekindle/mcp'
import { redisStore } from 'rekindle/redis'
import { db, history, identityOf, type Question, resolveSecret, searchTool } from './from-your-code-parts.ts'

const app = Fastify()
const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { lazyConnect: true })

// #region after
const mcp = mcpServers({ resolveSecret, onToolsChanged: ({ tag }) => agents.invalidate({ tags: [tag] }) })

const agents = createAgentCache({
  namespace: 'support',
  store: redisStore({ client }),
  async loadConfig({ agentId, userId, reasoning }, context) {
    const row = await db.agents.find(agentId) //                                1
    if (row === undefined) throw new AgentNotFoundError(agentId)
    const docs = await db.documents.titlesFor(agentId) //                        2
    context.tag(`documents:${agentId}`)
    const config: AgentConfig = {
      version: 1,
      model: `openai:${row.model}`, //                                          4
      instructions: `${row.instructions}\nDocuments: ${docs.join(', ')}`, //     5
      tools: [{ name: 'search', options: { index: row.index } }], //            6
      mcpServers: { crm: { url: row.crmUrl, headers: { authorization: { $secret: `crm:${userId}` } } } },
      maxSteps: row.maxSteps,
      reasoning: reasoningLevel(reasoning), //                                  7
    }
    return mcp.describeServers(config, context) //                              3
  },
  ...aiSdkAgents({
    models: { openai: createOpenAI() }, //                                      4
    tools: { search: ({ index }) => searchTool(String(index)) }, //              6
    mcp,
    resolveSecret,
  }),
})

app.post<{ Body: Question }>('/chat', async (request) => {
  const { agentId, user, sessionId } = identityOf(request) // never from the body
  await using lease = await agents.acquire({ agentId, userId: user.id, sessionId, reasoning: request.body.reasoning })
  const { text } = await lease.agent.generate({ messages: await history(request) }) // 8
  return text
})
// #endregion after

export { agents, app, client, mcp }
