import { OpenAIProvider } from '@openai/agents'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentConfig, McpServerConfig, McpToolDefinition } from '../../src/agent-config/agent-config.ts'
import { eachOnce } from '../../src/adapters/each-once.ts'
import type { McpConnections, McpTool, McpToolResult } from '../../src/adapters/mcp-connections.ts'
import { McpServerError } from '../../src/errors.ts'
import { openAiAgents, run } from '../../src/openai-agents/index.ts'
import { cached, making } from './adapter-under-test.ts'
import { ModelServer } from './model-server.ts'
import { openAi } from './openai-agents.ts'
import { ResponsesServer } from './responses-server.ts'

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => server.forget())
afterAll(() => server[Symbol.asyncDispose]())

/** The tools as configs list them; all are answered by `call`. */
function connections(call: McpTool['call']): McpConnections {
  const toolOf = eachOnce((definition: McpToolDefinition): McpTool => ({
    name: definition.name,
    server: 'crm',
    definition,
    call,
  }))
  return {
    async open(servers) {
      const tools = Object.values(servers).flatMap((server) => (server.tools ?? []).map(toolOf))
      return { tools, [Symbol.asyncDispose]: async () => {} }
    },
  }
}

const inputSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', default: 1 } },
  required: ['city'],
} as const

function configOf(...names: string[]): AgentConfig {
  const crm: McpServerConfig = { url: 'https://crm.example', tools: names.map((name) => ({ name, inputSchema })) }
  return cached({ version: 1, model: 'local:m', mcpServers: { crm } })
}

function create(config: AgentConfig, call: McpTool['call']) {
  return openAi.agents({ baseURL: server.baseURL, mcp: connections(call) }).createAgent(config, {}, making())
}

describe('MCP tools', () => {
  it('are called by their own name, and their schema is sent as it is: what is optional stays so', async () => {
    const inputs: unknown[] = []
    const agent = await create(configOf('find-weather'), async (input) => {
      inputs.push(input)
      return { content: [{ type: 'text', text: 'sunny' }] }
    })
    const { finalOutput } = await run(agent, 'call find-weather {"city":"Oslo"}')
    expect(finalOutput).toBe('Got: sunny')
    expect(inputs).toEqual([{ city: 'Oslo' }])
    expect(server.chats[0]?.tools?.map((sent) => sent.function)).toEqual([
      { name: 'find-weather', description: '', parameters: inputSchema, strict: false },
    ])
  })

  it('of two tenants are their own, though their servers have one name', async () => {
    const nothing = async (): Promise<McpToolResult> => ({ content: [] })
    const agents = openAi.agents({ baseURL: server.baseURL, mcp: connections(nothing) })
    const [ann, bob] = [configOf('orders', 'refunds'), configOf('orders')]
    for (const config of [ann, bob, ann]) await run(await agents.createAgent(config, {}, making()), 'say hi')
    expect(server.chats.map(({ tools = [] }) => tools.map((sent) => sent.function.name))).toEqual([
      ['orders', 'refunds'],
      ['orders'],
      ['orders', 'refunds'],
    ])
  })

  it('are made once for all agents that have them', async () => {
    const agents = openAi.agents({ baseURL: server.baseURL, mcp: connections(async () => ({ content: [] })) })
    const config = configOf('orders')
    const [one, two] = [await agents.createAgent(config, {}, making()), await agents.createAgent(config, {}, making())]
    expect(two.tools[0]).toBe(one.tools[0])
  })

  it('that fail tell the model, and the run goes on', async () => {
    const failing = await create(configOf('find'), async () => ({
      isError: true,
      content: [{ type: 'text', text: 'no such city' }],
    }))
    expect((await run(failing, 'call find {}')).finalOutput).toBe('Got: no such city')
    const unreachable = await create(configOf('find'), async () => {
      throw new McpServerError('crm', 'cannot be reached.')
    })
    expect((await run(unreachable, 'call find {}')).finalOutput).toContain("The MCP server 'crm' cannot be reached.")
  })

  it('end with the run that called them', async () => {
    const gone = new AbortController()
    const agent = await create(configOf('find'), async (_input, { signal } = {}) => {
      setImmediate(() => gone.abort(new Error('gone')))
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    })
    await expect(run(agent, 'call find {}', { signal: gone.signal })).rejects.toThrow('gone')
    expect(server.requests).toHaveLength(1)
  })

  it('show pictures to models that can see them, and name them to the others', async () => {
    const data = Buffer.from('pixels').toString('base64')
    const call = async (): Promise<McpToolResult> => ({
      content: [
        { type: 'text', text: 'Oslo:' },
        { type: 'image', data, mimeType: 'image/png' },
      ],
    })
    expect((await run(await create(configOf('draw'), call), 'call draw {}')).finalOutput).toBe('Got: Oslo:\n[image: image/png]')

    await using responses = await ResponsesServer.start()
    const openAIClient = new OpenAI({ baseURL: responses.baseURL, apiKey: 'key' })
    const agents = openAiAgents({ models: { local: new OpenAIProvider({ openAIClient }) }, mcp: connections(call) })
    await run(await agents.createAgent(configOf('draw'), {}, making()), 'draw')
    expect(responses.requests[1]?.input.at(-1)?.output).toEqual([
      { type: 'input_text', text: 'Oslo:\n[image: image/png]' },
      expect.objectContaining({ type: 'input_image', image_url: `data:image/png;base64,${data}` }),
    ])
  })
})
