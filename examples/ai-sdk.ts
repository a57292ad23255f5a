// An agent of the AI SDK (`ai` 6 or 7).
//   OPENAI_API_KEY=… node examples/ai-sdk.ts "What is the weather in Oslo?"
import { tool } from 'ai'
import { createAgentCache } from 'rekindle'
import { endpointsFromEnvironment, reasoningLevel } from 'rekindle/agent-config'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { z } from 'zod'
import { agentRow } from './database.ts'

const weather = tool({
  description: 'The weather in a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
})

const agents = createAgentCache({
  namespace: 'examples',
  // Expensive, and shared: rows become JSON.
  async loadConfig({ agentId, reasoning }) {
    const { model, instructions } = await agentRow(agentId)
    return { version: 1, model, instructions, tools: ['weather'], reasoning: reasoningLevel(reasoning), maxSteps: 5 }
  },
  // Cheap, and this process's own: JSON becomes an agent.
  ...aiSdkAgents({ models: endpointsFromEnvironment(), tools: { weather } }),
})

const key = { agentId: 'weather', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await using lease = await agents.acquire(key)
  const { textStream } = await lease.agent.stream({ prompt: process.argv[2] ?? 'What is the weather in Oslo?' })
  for await (const text of textStream) process.stdout.write(text)
  process.stdout.write(` (agent from ${lease.source})\n`)
}
await agents.close()
