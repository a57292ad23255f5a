// An agent of the OpenAI Agents SDK.
//   OPENAI_API_KEY=… node examples/openai-agents.ts "What is the weather in Oslo?"
import { tool } from '@openai/agents'
import { createAgentCache } from 'rekindle'
import { endpointsFromEnvironment, reasoningLevel } from 'rekindle/agent-config'
import { openAiAgents, run } from 'rekindle/openai-agents'
import { z } from 'zod'
import { agentRow } from './database.ts'

const weather = tool({
  name: 'weather',
  description: 'The weather in a city.',
  parameters: z.object({ city: z.string() }),
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
  ...openAiAgents({ models: endpointsFromEnvironment(), tools: { weather } }),
})

const key = { agentId: 'weather', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await using lease = await agents.acquire(key)
  // Like the SDK's own `run`, and within maxSteps.
  const answer = await run(lease.agent, process.argv[2] ?? 'What is the weather in Oslo?', { stream: true })
  for await (const text of answer.toTextStream()) process.stdout.write(text)
  await answer.completed
  process.stdout.write(` (agent from ${lease.source})\n`)
}
await agents.close()
