// An agent of LangChain.
//   OPENAI_API_KEY=… node examples/langchain.ts "What is the weather in Oslo?"
import { tool } from '@langchain/core/tools'
import { createAgentCache } from 'rekindle'
import { endpointsFromEnvironment, reasoningLevel } from 'rekindle/agent-config'
import { langChainAgents } from 'rekindle/langchain'
import { z } from 'zod'
import { agentRow } from './database.ts'

const weather = tool(({ city }) => `sunny in ${city}`, {
  name: 'weather',
  description: 'The weather in a city.',
  schema: z.object({ city: z.string() }),
})

const agents = createAgentCache({
  namespace: 'examples',
  // Expensive, and shared: rows become JSON.
  async loadConfig({ agentId, reasoning }) {
    const { model, instructions } = await agentRow(agentId)
    return { version: 1, model, instructions, tools: ['weather'], reasoning: reasoningLevel(reasoning), maxSteps: 5 }
  },
  // Cheap, and this process's own: JSON becomes an agent.
  ...langChainAgents({ models: endpointsFromEnvironment(), tools: { weather } }),
})

const key = { agentId: 'weather', userId: 'ann', sessionId: 's-1', reasoning: false }
const messages = [{ role: 'user', content: process.argv[2] ?? 'What is the weather in Oslo?' }]
for (let turn = 0; turn < 2; turn++) {
  await using lease = await agents.acquire(key)
  for await (const [message] of await lease.agent.stream({ messages }, { streamMode: 'messages' })) {
    if (message.type === 'ai') process.stdout.write(message.text)
  }
  process.stdout.write(` (agent from ${lease.source})\n`)
}
await agents.close()
