import { tool } from '@langchain/core/tools'
import { z } from 'zod'
import { type AgentTool, type LangChainAgent, langChainAgents, type ToolFactory } from '../../src/langchain/index.ts'
import { type Adapter, optionsOf } from './adapter-under-test.ts'

function toolsOf(): Record<string, AgentTool | ToolFactory<AgentTool>> {
  return {
    clock: tool(() => 'noon', { name: 'clock', description: 'The time.', schema: z.object({}) }),
    search: ({ index, token }) =>
      tool(({ query }: { query: string }) => `${query} in ${String(index)} with ${String(token)}`, {
        name: 'search',
        description: `Searches ${String(index)}.`,
        schema: z.object({ query: z.string() }),
      }),
    weather: tool(({ city }: { city: string }) => `sunny in ${city}`, {
      name: 'weather',
      description: 'The weather.',
      schema: z.object({ city: z.string() }),
    }),
  }
}

function inputOf(content: string) {
  return { messages: [{ role: 'user', content }] }
}

export const langChain: Adapter<LangChainAgent> = {
  name: 'langchain',
  agents: (setup) => langChainAgents(optionsOf(setup, toolsOf())),
  async generate(agent, prompt, signal) {
    const { messages } = await agent.invoke(inputOf(prompt), { ...(signal !== undefined && { signal }) })
    return messages.at(-1)?.text ?? ''
  },
  async stream(agent, prompt, signal) {
    const stream = await agent.stream(inputOf(prompt), {
      streamMode: 'messages',
      ...(signal !== undefined && { signal }),
    })
    let text = ''
    for await (const [message] of stream) text = message.type === 'ai' ? text + message.text : ''
    return text
  },
  async output(agent, prompt) {
    return (await agent.invoke(inputOf(prompt))).structuredResponse
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
