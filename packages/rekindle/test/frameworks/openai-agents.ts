import { tool } from '@openai/agents'
import { z } from 'zod'
import { type AgentTool, type OpenAiAgent, openAiAgents, run, type Tools } from '../../src/openai-agents/index.ts'
import { type Adapter, optionsOf } from './adapter-under-test.ts'

function toolsOf(): Tools<AgentTool> {
  return {
    clock: tool({ name: 'clock', description: 'The time.', parameters: z.object({}), execute: () => 'noon' }),
    search: ({ index, token }) =>
      tool({
        name: 'search',
        description: `Searches ${String(index)}.`,
        parameters: z.object({ query: z.string() }),
        execute: ({ query }) => `${query} in ${String(index)} with ${String(token)}`,
      }),
    weather: tool({
      name: 'weather',
      description: 'The weather.',
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => `sunny in ${city}`,
    }),
  }
}

export const openAi: Adapter<OpenAiAgent> = {
  name: 'openai-agents',
  agents: (setup) => openAiAgents(optionsOf(setup, toolsOf())),
  async generate(agent, prompt, signal) {
    return String((await run(agent, prompt, signal === undefined ? {} : { signal })).finalOutput)
  },
  async stream(agent, prompt, signal) {
    const result = await run(agent, prompt, { stream: true, ...(signal !== undefined && { signal }) })
    let text = ''
    for await (const chunk of result.toTextStream()) text += chunk
    await result.completed
    // An aborted stream ends as if there were no more to say.
    signal?.throwIfAborted()
    return text
  },
  async output(agent, prompt) {
    return (await run(agent, prompt)).finalOutput
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
  handsOff: true,
}
