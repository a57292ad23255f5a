// docs/from-your-code.md
import { createOpenAI } from '@ai-sdk/openai'
import { stepCountIs, ToolLoopAgent } from 'ai'
import Fastify from 'fastify'
import { createMCPClient, db, history, identityOf, type Question, searchTool } from './from-your-code-parts.ts'

export const app = Fastify()

// #region before
app.post<{ Body: Question }>('/chat', async (request, reply) => {
  const { agentId, user } = identityOf(request)
  const row = await db.agents.find(agentId) //                                 1
  if (row === undefined) return reply.code(404).send()
  const docs = await db.documents.titlesFor(agentId) //                        2
  const mcp = await createMCPClient({ url: row.crmUrl, token: user.crmToken }) // 3
  const agent = new ToolLoopAgent({
    model: createOpenAI({ apiKey: row.apiKey })(row.model), //                 4
    instructions: `${row.instructions}\nDocuments: ${docs.join(', ')}`, //      5
    tools: { ...(await mcp.tools()), search: searchTool(row.index) }, //       6
    stopWhen: stepCountIs(row.maxSteps),
    providerOptions: { openai: { reasoningEffort: request.body.reasoning } }, // 7
  })
  const { text } = await agent.generate({ messages: await history(request) }) // 8
  return text
})
// #endregion before
