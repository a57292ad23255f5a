import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { stepCountIs, type Tool, tool, ToolLoopAgent } from 'ai'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { z } from 'zod'
import { baseURL, type FrameworkCase, instructions, toolNames } from './framework-case.ts'

const makeModel = () => createOpenAICompatible({ name: 'local', baseURL }).languageModel('sample')
const makeTools = (): Record<string, Tool> =>
  Object.fromEntries(
    toolNames.map((name) => [
      name,
      tool({
        description: `Looks something up in ${name}.`,
        inputSchema: z.object({ query: z.string(), limit: z.number().int().optional(), path: z.array(z.string()) }),
        execute: ({ query }) => query,
      }),
    ]),
  )
const agentOf = (model: ReturnType<typeof makeModel>, tools: Record<string, Tool>): object =>
  new ToolLoopAgent({ model, instructions, tools, temperature: 0.2, maxOutputTokens: 2048, stopWhen: stepCountIs(8) })

const model = makeModel()
const tools = makeTools()

export const aiSdk: FrameworkCase = {
  naive: () => agentOf(makeModel(), makeTools()),
  bare: () => agentOf(model, tools),
  adapter: (mcp) =>
    aiSdkAgents({ models: { local: { baseURL } }, tools, ...(mcp !== undefined && { mcp }) }) as ReturnType<
      FrameworkCase['adapter']
    >,
}
