import { createTool } from '@mastra/core/tools'
import { z } from 'zod'
import { type AgentTool, type MastraAgent, mastraAgents } from '../../src/mastra/index.ts'
import { type Adapter, optionsOf } from './adapter-under-test.ts'

function toolsOf(): Record<string, AgentTool | ((options: Record<string, unknown>) => AgentTool)> {
  return {
    clock: createTool({ id: 'clock', description: 'The time.', inputSchema: z.object({}), execute: async () => 'noon' }),
    search: ({ index, token }) =>
      createTool({
        id: 'search',
        description: `Searches ${String(index)}.`,
        inputSchema: z.object({ query: z.string() }),
        execute: async ({ query }) => `${query} in ${String(index)} with ${String(token)}`,
      }),
    weather: createTool({
      id: 'weather',
      description: 'The weather.',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `sunny in ${city}`,
    }),
  }
}

export const mastra: Adapter<MastraAgent> = {
  name: 'mastra',
  agents: (setup) => mastraAgents(optionsOf(setup, toolsOf())),
  async generate(agent, prompt, abortSignal) {
    const { text, finishReason } = await agent.generate(prompt, { ...(abortSignal !== undefined && { abortSignal }) })
    if (finishReason === 'aborted') throw new Error('aborted')
    return text
  },
  async stream(agent, prompt, abortSignal) {
    const { fullStream } = await agent.stream(prompt, { ...(abortSignal !== undefined && { abortSignal }) })
    let text = ''
    for await (const part of fullStream) {
      if (part.type === 'step-start') text = ''
      if (part.type === 'text-delta') text += part.payload.text
      if (part.type === 'error') throw part.payload.error
      if (part.type === 'abort') throw new Error('aborted')
    }
    return text
  },
  async output(agent, prompt) {
    return (await agent.generate(prompt)).object
  },
  settings: {
    temperature: 'temperature',
    topP: 'top_p',
    maxOutputTokens: 'max_tokens',
    presencePenalty: 'presence_penalty',
    frequencyPenalty: 'frequency_penalty',
    stopSequences: 'stop',
    seed: 'seed',
  },
  handsOff: false,
}
