import { type StructuredTool, tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent } from 'langchain'
import { langChainAgents } from 'rekindle/langchain'
import { z } from 'zod'
import { baseURL, type FrameworkCase, instructions, toolNames } from './framework-case.ts'

const makeModel = () =>
  new ChatOpenAI({ model: 'sample', apiKey: 'none', configuration: { baseURL }, temperature: 0.2, maxTokens: 2048 })
const makeTools = () =>
  toolNames.map((name) =>
    tool(({ query }) => query, {
      name,
      description: `Looks something up in ${name}.`,
      schema: z.object({ query: z.string(), limit: z.number().int().optional(), path: z.array(z.string()) }),
    }),
  )
const agentOf = (model: ChatOpenAI, tools: ReturnType<typeof makeTools>): object =>
  createAgent({ model, tools, systemPrompt: instructions }).withConfig({ recursionLimit: 17 })

const model = makeModel()
const tools = makeTools()

export const langChain: FrameworkCase = {
  naive: () => agentOf(makeModel(), makeTools()),
  bare: () => agentOf(model, tools),
  adapter: (mcp) =>
    langChainAgents({
      models: { local: { baseURL } },
      tools: Object.fromEntries(tools.map((one) => [one.name, one as unknown as StructuredTool])),
      ...(mcp !== undefined && { mcp }),
    }) as ReturnType<FrameworkCase['adapter']>,
}
