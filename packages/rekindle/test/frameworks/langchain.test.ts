import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { createMiddleware, type ToolMessage } from 'langchain'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { AgentConfig, McpToolDefinition } from '../../src/agent-config/agent-config.ts'
import type { McpConnections, McpTool } from '../../src/adapters/mcp-connections.ts'
import { InvalidOptionsError, McpServerError, UnknownModelError } from '../../src/errors.ts'
import { type LangChainAgent, langChainAgents, type LangChainOptions, type WantedModel } from '../../src/langchain/index.ts'
import { adapterContract } from './adapter-contract.ts'
import { cached, making } from './adapter-under-test.ts'
import { langChain } from './langchain.ts'
import { ModelServer, textOf } from './model-server.ts'

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => {
  server.forget()
  // Whatever the machine is set up for, these runs are nobody's to trace.
  for (const name of ['LANGSMITH_TRACING', 'LANGCHAIN_TRACING_V2']) vi.stubEnv(name, 'false')
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => server[Symbol.asyncDispose]())

adapterContract(langChain, () => server)

const plain: AgentConfig = { version: 1, model: 'local:m' }
const clock = tool(() => 'noon', { name: 'clock', description: 'The time.', schema: z.object({}) })

function create(
  config: Partial<AgentConfig>,
  options: Partial<LangChainOptions> = {},
  context = making(),
): Promise<LangChainAgent> {
  const agents = langChainAgents({ models: { local: { baseURL: server.baseURL } }, tools: { clock }, ...options })
  return agents.createAgent(cached({ ...plain, ...config }), {}, context)
}

function ask(agent: LangChainAgent, content: string, config: Parameters<LangChainAgent['invoke']>[1] = {}) {
  return agent.invoke({ messages: [{ role: 'user', content }] }, config)
}

/** The message of a tool that a run was given. */
async function toolMessageOf(agent: LangChainAgent, prompt: string): Promise<ToolMessage> {
  const { messages } = await ask(agent, prompt)
  return messages.find(({ type }) => type === 'tool') as ToolMessage
}

describe('an endpoint', () => {
  it('is sent its own credentials, and never those that the environment has for OpenAI', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'of-openai')
    const { baseURL } = server
    await ask(await create({}), 'say hi')
    await ask(await create({}, { models: { local: { baseURL, apiKey: 'own' } } }), 'say hi')
    await ask(await create({}, { models: { local: { baseURL, headers: { authorization: 'Basic x' } } } }), 'say hi')
    expect(server.credentials).toEqual([undefined, 'Bearer own', 'Basic x'])
  })

  it('is asked by chat completions, whatever its models are called', async () => {
    await ask(await create({ model: 'local:gpt-5-codex', reasoning: 'low' }), 'say hi')
    expect(server.chats[0]).toMatchObject({ model: 'gpt-5-codex', messages: [{ role: 'user' }], reasoning_effort: 'low' })
  })

  it('is sent what the config says to it alone, with secrets in place, and that wins', async () => {
    const providerOptions = { local: { top_k: 4, reasoning_effort: 'max', key: { $secret: 'K' } }, other: { x: 1 } }
    const config = { reasoning: 'low', settings: { providerOptions } } as const
    await ask(await create(config, { resolveSecret: (name) => `<${name}>` }), 'say hi')
    expect(server.chats[0]).toMatchObject({ top_k: 4, reasoning_effort: 'max', key: '<K>' })
    expect(server.chats[0]).not.toHaveProperty('x')
  })

  it('is sent instructions as a text, which every server takes', async () => {
    await ask(await create({ instructions: 'Be brief.' }), 'say hi')
    expect(server.chats[0]?.messages[0]).toEqual({ role: 'system', content: 'Be brief.' })
  })

  it('takes no top-k, which is said', async () => {
    const context = making()
    await ask(await create({ settings: { topK: 4 } }, {}, context), 'say hi')
    expect(context.ignoredPaths).toEqual(['$.settings.topK'])
  })
})

describe('an answer with data', () => {
  const properties = { city: { type: 'string' }, note: { type: 'string' } }
  const loose = { title: 'A place!', type: 'object', properties, required: ['city'] }

  it('is asked for without making tools strict, alike in streams: what is optional stays so', async () => {
    const find = tool(() => 'found', { name: 'find', description: '', schema: { type: 'object', properties } })
    const agent = await create({ outputSchema: loose, tools: ['find'] }, { tools: { find } })
    await ask(agent, 'call find {}').catch(() => {})
    await langChain.stream(agent, 'call find {}').catch(() => {})
    const [whole, , streamed] = server.chats
    expect(whole?.tools?.map((sent) => sent.function)).toEqual([
      { name: 'find', description: '', parameters: { type: 'object', properties } },
    ])
    expect(whole?.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'A_place_', schema: loose, strict: false },
    })
    expect(streamed?.tools).toEqual(whole?.tools)
    expect(streamed?.response_format).toEqual(whole?.response_format)
  })

  it('that is none is not asked for again and again', async () => {
    await expect(ask(await create({ outputSchema: loose }), 'say no')).rejects.toThrow('A place!')
    expect(server.requests).toHaveLength(1)
  })

  it('is the input of a tool for models of which nobody says that they can be held to a schema', async () => {
    const models = { local: nativeModel() }
    const { title: _, ...untitled } = loose
    for (const outputSchema of [loose, untitled]) {
      const { structuredResponse } = await ask(
        await create({ outputSchema }, { models }),
        `call ${outputSchema === loose ? 'A_place_' : 'answer'} {"city":"Oslo"}`,
      )
      expect(structuredResponse).toEqual({ city: 'Oslo' })
    }
    const clashing = create({ outputSchema: { ...loose, title: 'clock' }, tools: ['clock'] }, { models })
    await expect(clashing).rejects.toThrow('$.outputSchema')
  })
})

function nativeModel() {
  return (id: string, { settings }: WantedModel) =>
    new ChatOpenAI({ model: id, apiKey: 'none', configuration: { baseURL: server.baseURL }, ...settings })
}

describe('models of other providers', () => {
  it('are made by the application, once for all agents that want the same', async () => {
    const local = vi.fn(nativeModel())
    const agents = langChainAgents({ models: { local }, resolveSecret: (name) => name })
    const settings = { temperature: 0.5, maxOutputTokens: 9, toolChoice: 'auto', providerOptions: { other: {} } } as const
    for (const config of [{ settings }, { settings, instructions: 'Else.' }, { settings: { temperature: 0 } }]) {
      const agent = await agents.createAgent(cached({ ...plain, ...config }), {}, making())
      await ask(agent, 'say hi')
    }
    expect(local).toHaveBeenCalledTimes(2)
    expect(server.chats[0]).toMatchObject({ model: 'm', temperature: 0.5, max_tokens: 9 })
  })

  it('say what they were made without, to every agent', async () => {
    const agents = langChainAgents({
      models: (model, { settings: { seed } }) => nativeModel()(`${model} ${seed}`, { settings: {} }),
    })
    const settings = { seed: 1, topP: 1, maxOutputTokens: 9, providerOptions: { local: { x: 1 }, other: {} } }
    for (let turn = 0; turn < 2; turn++) {
      const context = making()
      await ask(await agents.createAgent(cached({ ...plain, reasoning: 'high', settings }), {}, context), 'say hi')
      const ignored = ['$.reasoning', '$.settings.maxOutputTokens', '$.settings.providerOptions.local', '$.settings.topP']
      expect(context.ignoredPaths.toSorted()).toEqual(ignored)
    }
    expect(server.chats[0]?.model).toBe('local:m 1')
  })

  it('that there are none of are named, and so is what is no source of models', async () => {
    await expect(create({}, { models: { local: () => undefined as never } })).rejects.toThrow(UnknownModelError)
    expect(() => langChainAgents({ models: undefined as never })).toThrow(InvalidOptionsError)
    expect(() => langChainAgents({ models: { local: new ChatOpenAI({ apiKey: 'x' }) as never } })).toThrow(
      /models\.local must be a function/,
    )
  })
})

describe('a run', () => {
  it.each([12, 13])('of %i model calls may be longer than LangGraph takes by itself', async (maxSteps) => {
    const agent = await create({ maxSteps, tools: ['clock'] })
    const { messages } = await ask(agent, Array.from({ length: maxSteps - 1 }, () => 'call clock {}').join(' then '))
    expect(messages.at(-1)?.text).toBe('Got: noon')
    server.forget()
    const endless = await ask(agent, 'call for ever clock {}')
    expect(endless.messages.at(-1)?.text).toContain(`allowed, which are ${maxSteps}.`)
    expect(server.requests).toHaveLength(maxSteps)
  })

  it("counts its own model calls, not those that the conversation had before, beside the application's middleware", async () => {
    const seen = vi.fn()
    const middleware = [createMiddleware({ name: 'counting', beforeModel: () => seen(), afterModel: () => seen() })]
    const agent = await create({ maxSteps: 9, tools: ['clock'] }, { agentSettings: { middleware } })
    const before = await ask(agent, 'call for ever clock {}')
    await agent.invoke({ messages: [...before.messages, { role: 'user', content: 'call for ever clock {}' }] })
    expect(server.requests).toHaveLength(18)
    expect(seen).toHaveBeenCalled()
  })

  it("has the config's tool choice, whatever the application's middleware chose, and none without tools", async () => {
    const choosing = createMiddleware({
      name: 'choosing',
      wrapModelCall: (request, handler) => handler({ ...request, toolChoice: 'none' }),
    })
    const settings = { toolChoice: 'auto' } as const
    await ask(await create({ settings, tools: ['clock'] }, { agentSettings: { middleware: [choosing] } }), 'say hi')
    await ask(await create({ settings }), 'say hi')
    expect(server.chats.map((chat) => chat.tool_choice)).toEqual(['auto', undefined])
  })

  it('lets a tool that the provider runs through to it', async () => {
    const search = { type: 'function', function: { name: 'browse', parameters: {} } }
    await ask(await create({ tools: ['search'] }, { tools: { search } }), 'say hi')
    expect(server.chats[0]?.tools).toEqual([search])
  })
})

describe('MCP tools', () => {
  const inputSchema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city'] }
  const definition: McpToolDefinition = { name: 'find', description: 'Finds.', inputSchema }

  function withTool(call: McpTool['call']): Promise<LangChainAgent> {
    const mcp: McpConnections = {
      open: async ({ crm }) => ({
        tools: (crm?.tools ?? []).map((listed) => ({ name: `crm_${listed.name}`, server: 'crm', definition: listed, call })),
        [Symbol.asyncDispose]: async () => {},
      }),
    }
    return create({ mcpServers: { crm: { url: 'https://crm.example', tools: [definition] } } }, { mcp })
  }
  const prompt = 'call crm_find {"city":"Oslo"}'

  it('are sent as they are described, and give what the server gave', async () => {
    const result = { content: [{ type: 'text', text: 'sunny' }], structuredContent: { sun: true } } as const
    const call = vi.fn<McpTool['call']>(async () => result)
    const message = await toolMessageOf(await withTool(call), prompt)
    expect(call.mock.calls[0]?.[0]).toEqual({ city: 'Oslo' })
    expect(message).toMatchObject({ content: 'sunny', status: 'success', artifact: result, tool_call_id: 'call-1' })
    const sent = { name: 'crm_find', description: 'Finds.', parameters: inputSchema }
    expect(server.chats[0]?.tools?.map((shown) => shown.function)).toEqual([sent])
  })

  it('are made once for all agents that have the connection', async () => {
    const call = async () => ({ content: [] })
    const tools: McpTool[] = [{ name: 'crm_find', server: 'crm', definition, call }]
    const mcp: McpConnections = { open: async () => ({ tools, [Symbol.asyncDispose]: async () => {} }) }
    const agents = langChainAgents({ models: { local: nativeModel() }, mcp })
    const config = cached({ ...plain, mcpServers: { crm: { url: 'https://crm.example' } } })
    const [one, two] = [await agents.createAgent(config, {}, making()), await agents.createAgent(config, {}, making())]
    expect(one.options.tools?.[0]).toBe(two.options.tools?.[0])
  })

  it('tell the model of their errors, and of calls that failed', async () => {
    const failed = await withTool(async () => ({ content: [{ type: 'text', text: 'no such city' }], isError: true }))
    expect(await toolMessageOf(failed, prompt)).toMatchObject({ content: 'no such city', status: 'error' })
    const lost = await withTool(async () => {
      throw new McpServerError('crm', 'The server is gone.')
    })
    expect(await toolMessageOf(lost, prompt)).toMatchObject({ content: expect.stringContaining('gone'), status: 'error' })
    expect(textOf(server.chats.at(-1)?.messages.at(-1))).toContain('gone')
  })

  it('give pictures as such, and to an endpoint, which takes texts only, the rest', async () => {
    const content = [
      { type: 'text', text: 'Look:' },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ] as const
    const message = await toolMessageOf(await withTool(async () => ({ content })), prompt)
    expect(message.contentBlocks).toMatchObject([content[0], content[1]])
    const parts = server.chats.at(-1)?.messages.at(-1)?.content
    expect(parts).toEqual([content[0], { type: 'text', text: '[image_url: not shown]' }])
  })

  it('are aborted with the run', async () => {
    const controller = new AbortController()
    const call = vi.fn<McpTool['call']>(async (_, { signal } = {}) => {
      controller.abort(new Error('enough'))
      return new Promise((_resolve, reject) => {
        if (signal?.aborted === true) reject(signal.reason as Error)
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      })
    })
    await expect(ask(await withTool(call), prompt, { signal: controller.signal })).rejects.toThrow('enough')
    await expect(call.mock.results[0]?.value).rejects.toThrow('enough')
    expect(server.requests).toHaveLength(1)
  })
})

describe('sub-agents', () => {
  const task = (input: string) => `call helper ${JSON.stringify({ input })}`

  it("keep what they say out of the stream of the agent they work for, not out of the run's callbacks", async () => {
    const agent = await create({ subAgents: { helper: { description: 'Helps.', tools: ['clock'] } } })
    const asked = vi.fn()
    const stream = await agent.stream(
      { messages: [{ role: 'user', content: task('call clock {}') }] },
      { streamMode: 'messages', callbacks: [{ handleChatModelStart: asked }] },
    )
    const texts = { ai: '', tool: '' }
    for await (const [message] of stream) texts[message.type as 'ai' | 'tool'] += message.text
    expect(texts).toEqual({ ai: 'Got: Got: noon', tool: 'Got: noon' })
    expect(asked).toHaveBeenCalledTimes(4)
  })

  it('give data as JSON', async () => {
    const outputSchema = { type: 'object', properties: { sun: { type: 'boolean' } } }
    const agent = await create({ subAgents: { helper: { description: 'Helps.', outputSchema } } })
    expect((await ask(agent, task('say { "sun": true }'))).messages.at(-1)?.text).toBe('Got: {"sun":true}')
  })

  it('that came to no answer tell the model', async () => {
    const outputSchema = { type: 'object', properties: {} }
    const helper = { description: 'Helps.', tools: ['clock'], maxSteps: 1, outputSchema }
    const message = await toolMessageOf(await create({ subAgents: { helper } }), task('call for ever clock {}'))
    expect(message).toMatchObject({ status: 'error', content: expect.stringContaining('model calls allowed') })
  })

  it('end with the run', async () => {
    const controller = new AbortController()
    const stop = tool(() => controller.abort(new Error('enough')), { name: 'stop', description: '', schema: z.object({}) })
    const helper = { description: 'Helps.', tools: ['stop'] }
    const agent = await create({ subAgents: { helper } }, { tools: { stop } })
    await expect(ask(agent, task('call stop {}'), { signal: controller.signal })).rejects.toThrow('enough')
    expect(server.requests).toHaveLength(2)
  })
})
