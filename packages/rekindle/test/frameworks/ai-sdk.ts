import { type Tool, tool } from 'ai'
import { z } from 'zod'
import { type AiSdkAgent, aiSdkAgents } from '../../src/ai-sdk/index.ts'
import { type Adapter, optionsOf } from './adapter-under-test.ts'

function toolsOf(): Record<string, Tool | ((options: Record<string, unknown>) => Tool)> {
  return {
    clock: tool({ description: 'The time.', inputSchema: z.object({}), execute: () => 'noon' }),
    search: ({ index, token }) =>
      tool({
        description: `Searches ${String(index)}.`,
        inputSchema: z.object({ query: z.string() }),
        execute: ({ query }) => `${query} in ${String(index)} with ${String(token)}`,
      }),
    weather: tool({
      description: 'The weather.',
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => `sunny in ${city}`,
    }),
  }
}

export const aiSdk: Adapter<AiSdkAgent> = {
  name: 'ai-sdk',
  agents: (setup) => aiSdkAgents(optionsOf(setup, toolsOf())),
  async generate(agent, prompt, abortSignal) {
    return (await agent.generate({ prompt, ...(abortSignal !== undefined && { abortSignal }) })).text
  },
  async stream(agent, prompt, abortSignal) {
    const { fullStream } = await agent.stream({ prompt, ...(abortSignal !== undefined && { abortSignal }) })
    let text = ''
    for await (const part of fullStream) {
      if (part.type === 'start-step') text = ''
      if (part.type === 'text-delta') text += part.text
      if (part.type === 'error') throw part.error
      if (part.type === 'abort') throw new Error('aborted')
    }
    return text
  },
  async output(agent, prompt) {
    return (await agent.generate({ prompt })).output
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
