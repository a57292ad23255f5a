import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { mastraAgents } from 'rekindle/mastra'
import { z } from 'zod'
import { baseURL, type FrameworkCase, instructions, toolNames } from './framework-case.ts'

const makeModel = () => createOpenAICompatible({ name: 'local', baseURL }).languageModel('sample')
const makeTools = () =>
  Object.fromEntries(
    toolNames.map((name) => [
      name,
      createTool({
        id: name,
        description: `Looks something up in ${name}.`,
        inputSchema: z.object({ query: z.string(), limit: z.number().int().optional(), path: z.array(z.string()) }),
        execute: async ({ query }) => query,
      }),
    ]),
  )
const agentOf = (model: ReturnType<typeof makeModel>, tools: ReturnType<typeof makeTools>): object =>
  new Agent({
    id: 'sample',
    name: 'sample',
    instructions,
    model: model as never,
    tools,
    defaultOptions: { maxSteps: 8, modelSettings: { temperature: 0.2, maxOutputTokens: 2048 } },
  })

const model = makeModel()
const tools = makeTools()

export const mastra: FrameworkCase = {
  naive: () => agentOf(makeModel(), makeTools()),
  bare: () => agentOf(model, tools),
  adapter: (mcp) =>
    mastraAgents({ models: { local: { baseURL } }, tools, ...(mcp !== undefined && { mcp }) }) as ReturnType<
      FrameworkCase['adapter']
    >,
}
