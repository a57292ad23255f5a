import { Agent, OpenAIChatCompletionsModel, type Tool, tool } from '@openai/agents'
import OpenAI from 'openai'
import { openAiAgents } from 'rekindle/openai-agents'
import { z } from 'zod'
import { baseURL, type FrameworkCase, instructions, toolNames } from './framework-case.ts'

const makeModel = () => new OpenAIChatCompletionsModel(new OpenAI({ baseURL, apiKey: 'none' }), 'sample')
const makeTools = (): Tool[] =>
  toolNames.map((name) =>
    tool({
      name,
      description: `Looks something up in ${name}.`,
      parameters: z.object({ query: z.string(), limit: z.number().int().nullable(), path: z.array(z.string()) }),
      execute: ({ query }) => query,
    }),
  )
const agentOf = (model: OpenAIChatCompletionsModel, tools: Tool[]): object =>
  new Agent({ name: 'sample', model, instructions, tools, modelSettings: { temperature: 0.2, maxTokens: 2048 } })

const model = makeModel()
const tools = makeTools()

export const openAi: FrameworkCase = {
  naive: () => agentOf(makeModel(), makeTools()),
  bare: () => agentOf(model, [...tools]),
  adapter: (mcp) =>
    openAiAgents({
      models: { local: { baseURL } },
      tools: Object.fromEntries(tools.map((one) => [one.name, one])),
      ...(mcp !== undefined && { mcp }),
    }) as ReturnType<FrameworkCase['adapter']>,
}
