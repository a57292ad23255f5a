// An agent of Mastra.
//   OPENAI_API_KEY=… node examples/mastra.ts "What is the weather in Oslo?"
import { createTool } from '@mastra/core/tools'
import { createAgentCache } from 'rekindle'
import { endpointsFromEnvironment, reasoningLevel } from 'rekindle/agent-config'
import { mastraAgents } from 'rekindle/mastra'
import { z } from 'zod'
import { agentRow } from './database.ts'

const weather = createTool({
  id: 'weather',
  description: 'The weather in a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
})

const agents = createAgentCache({
  namespace: 'examples',
  // Expensive, and shared: rows become JSON.
  async loadConfig({ agentId, reasoning }) {
    const { model, instructions } = await agentRow(agentId)
    return { version: 1, model, instructions, tools: ['weather'], reasoning: reasoningLevel(reasoning), maxSteps: 5 }
  },
  // Cheap, and this process's own: JSON becomes an agent.
  ...mastraAgents({ models: endpointsFromEnvironment(), tools: { weather } }),
})

const key = { agentId: 'weather', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await using lease = await agents.acquire(key)
  const { textStream } = await lease.agent.stream(process.argv[2] ?? 'What is the weather in Oslo?')
  for await (const text of textStream) process.stdout.write(text)
  process.stdout.write(` (agent from ${lease.source})\n`)
}
await agents.close()
