import { createOpenAICompatible as createForAi6 } from '@ai-sdk/openai-compatible-2'
import { ModelRouterLanguageModel } from '@mastra/core/llm'
import { ConsoleLogger } from '@mastra/core/logger'
import { Mastra } from '@mastra/core/mastra'
import { MockMemory } from '@mastra/core/memory'
import type { InputProcessor } from '@mastra/core/processors'
import { RequestContext } from '@mastra/core/request-context'
import { createTool } from '@mastra/core/tools'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { McpTool } from '../../src/adapters/mcp-connections.ts'
import type { AgentConfig, McpServerConfig } from '../../src/agent-config/agent-config.ts'
import { McpServerError } from '../../src/errors.ts'
import { mastraAgents, type MastraOptions } from '../../src/mastra/index.ts'
import { mcpServers } from '../../src/mcp/index.ts'
import { ToolServer } from '../mcp/tool-server.ts'
import { adapterContract } from './adapter-contract.ts'
import { cached, making } from './adapter-under-test.ts'
import { listedTools } from './listed-tools.ts'
import { mastra } from './mastra.ts'
import { ModelServer } from './model-server.ts'

/** Every host that this process asked the address of, from before Mastra was imported. */
const lookedUp = vi.hoisted(() => {
  const dns = process.getBuiltinModule('node:dns')
  const { lookup } = dns
  const names: string[] = []
  const recording = (...request: Parameters<typeof lookup>) => {
    names.push(request[0])
    return lookup(...request)
  }
  dns.lookup = Object.assign(recording, lookup)
  return names
})

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => server.forget())
afterAll(() => server[Symbol.asyncDispose]())

adapterContract(mastra, () => server)

const plain: AgentConfig = { version: 1, model: 'local:m' }
const about = (id: string) => ({ id, description: `To ${id}.`, inputSchema: z.object({}) })
const tools = {
  clock: createTool({ ...about('clock'), execute: async () => 'noon' }),
  who: createTool({ ...about('who'), execute: async (_, { requestContext }) => JSON.stringify(requestContext) }),
  pay: createTool({ ...about('pay'), requireApproval: true, execute: async () => 'paid' }),
}

function create(config: Partial<AgentConfig>, options: Partial<MastraOptions> = {}, context = making()) {
  const agents = mastraAgents({ models: { local: { baseURL: server.baseURL } }, tools, ...options })
  return agents.createAgent(cached({ ...plain, ...config }), { agentId: '42' }, context)
}

describe('a run', () => {
  it('may have options of its own, beside those of the config', async () => {
    const agent = await create({ tools: ['clock'], maxSteps: 4, settings: { temperature: 0.5, seed: 3 } })
    await agent.generate('call for ever clock {}', { maxSteps: 2, modelSettings: { temperature: 0 } })
    expect(server.chats).toMatchObject([
      { temperature: 0, seed: 3 },
      { temperature: 0, seed: 3 },
    ])
  })

  it("starts from the application's settings, where the config has none of its own", async () => {
    const onFinish = vi.fn()
    const defaultOptions: NonNullable<MastraOptions['agentSettings']>['defaultOptions'] = {
      onFinish,
      maxSteps: 1,
      modelSettings: { temperature: 1, seed: 1 },
      providerOptions: { local: { user: 'app', textVerbosity: 'low' } },
    }
    const settings = { temperature: 0, providerOptions: { local: { user: 'config' } } }
    const agent = await create({ settings, tools: ['clock'] }, { agentSettings: { defaultOptions } })
    await agent.generate('call for ever clock {}')
    expect(onFinish).toHaveBeenCalledOnce()
    expect(server.requests).toHaveLength(1)
    expect(server.chats[0]).toMatchObject({ temperature: 0, seed: 1, user: 'config', verbosity: 'low' })
  })

  it('calls a tool that it must by the name that Mastra lets it have', async () => {
    const config = { tools: ['2clocks'], maxSteps: 1, settings: { toolChoice: { tool: '2clocks' } } } as const
    await (await create(config, { tools: { '2clocks': tools.clock } })).generate('say hi')
    expect(server.chats[0]?.tool_choice).toEqual({ type: 'function', function: { name: '_2clocks' } })
  })

  it('writes nothing to the console, and what went wrong to the logger of the application', async () => {
    const models = { local: { baseURL: 'http://127.0.0.1:1/v1' } }
    const onOutput = () => Promise.reject(new Error('full'))
    const broken = createTool({ ...about('broken'), execute: async () => 'done', onOutput })
    const logger = new ConsoleLogger()
    const written = vi.spyOn(console, 'error').mockReturnValue()
    const failing = async (options: Partial<MastraOptions>) => {
      const agent = await create({ settings: { maxRetries: 0 } }, { models, ...options })
      await expect(agent.generate('say hi')).rejects.toThrow('Cannot connect to API')
      await (await create({ tools: ['broken'] }, { ...options, tools: { broken } })).generate('call broken {}')
      return written.mock.calls.length
    }
    expect(await failing({})).toBe(0)
    expect(await failing({ logger })).toBe(2)
    expect(await failing({ agentSettings: { mastra: new Mastra({ logger }) } })).toBe(4)
    written.mockRestore()
  })
})

describe('an agent', () => {
  it("is called as the key says, and leaves no tools behind in the application's Mastra", async () => {
    const app = new Mastra({ logger: false })
    const agent = await create(
      { tools: ['clock', 'own'] },
      { tools: { ...tools, own: () => tools.who }, agentSettings: { mastra: app } },
    )
    expect([agent.id, agent.name, agent.getMastraInstance()]).toEqual(['42', '42', app])
    expect(app.listTools()).toEqual({})
  })

  it('gives no data that its schema does not allow', async () => {
    const outputSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const agent = await create({ outputSchema })
    await expect(agent.generate('say {"town":"Oslo"}')).rejects.toThrow("must have required property 'city'")
    const { object } = await agent.generate('say {"city":"Oslo","country":"Norway"}')
    expect(object).toEqual({ city: 'Oslo', country: 'Norway' })
    const format = server.chats[0]?.response_format as { json_schema: unknown }
    expect(format.json_schema).toEqual({ name: 'answer', strict: true, schema: outputSchema })
  })
})

describe('a sub-agent', () => {
  const ask = (task: string) => `call helper ${JSON.stringify({ input: task })}`
  const helper = { description: 'Helps.', tools: ['who', 'pay', 'clock'] }

  it('works for the same request, of whose conversation it neither knows nor remembers anything', async () => {
    const memory = new MockMemory()
    const agent = await create({ subAgents: { helper } }, { agentSettings: { memory } })
    const requestContext = new RequestContext<unknown>([['user', 'ann']])
    const { text } = await agent.generate(ask('call who {}'), { requestContext, memory: { thread: 't', resource: 'r' } })
    expect(text).toBe('Got: Got: {"user":"ann"}')
    const { messages } = await memory.recall({ threadId: 't' })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect((await memory.listThreads({})).total).toBe(1)
  })

  it('has limits of its own, and answers with data if its config says so', async () => {
    const outputSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const agent = await create({ subAgents: { helper: { ...helper, maxSteps: 2, outputSchema } } })
    expect((await agent.generate(ask('say {"city":"Oslo"}'))).text).toBe('Got: {"city":"Oslo"}')
    server.forget()
    expect((await agent.generate(ask('call for ever clock {}'))).text).toBe("Got: 'helper' ended without an answer.")
    expect(server.requests).toHaveLength(4)
  })

  it('says why it has no answer, instead of nothing', async () => {
    const halt: InputProcessor = {
      id: 'halt',
      processInput({ messages, abort }) {
        if (JSON.stringify(messages).includes('"say secret"')) abort('not allowed')
        return messages
      },
    }
    const agent = await create({ subAgents: { helper } }, { agentSettings: { inputProcessors: [halt] } })
    const answers: string[] = []
    for (const prompt of [ask('call pay {}'), ask('say secret'), 'call helper {"task":"?"}']) {
      answers.push((await agent.generate(prompt)).text)
    }
    expect(answers).toEqual([
      "Got: 'helper' waits for an approval that nobody can give it here.",
      "Got: 'helper' was stopped: not allowed",
      expect.stringContaining("must have required property 'input'"),
    ])
  })

  it('ends with the run that it works for', async () => {
    const gone = new AbortController()
    let ended: boolean | undefined
    const execute = async (_: unknown, { abortSignal }: { abortSignal?: AbortSignal }) => {
      gone.abort()
      ended = abortSignal?.aborted
    }
    const stop = createTool({ ...about('stop'), execute })
    const agent = await create({ subAgents: { helper: { ...helper, tools: ['stop'] } } }, { tools: { stop } })
    await agent.generate(ask('call stop {}'), { abortSignal: gone.signal })
    expect(ended).toBe(true)
    expect(server.requests).toHaveLength(2)
  })
})

describe('how a model is called', () => {
  const ignoredOf = async (model: string, models: MastraOptions['models']) => {
    const context = making()
    const settings = { temperature: 0.5, topP: 0.5, providerOptions: { local: { user: 'ann' } } }
    await (await create({ model, reasoning: 'max', settings }, { models }, context)).generate('say hi')
    return context.ignoredPaths
  }
  const routed = (id: `${string}/${string}`) => new ModelRouterLanguageModel({ id, url: server.baseURL, apiKey: 'key' })

  it('tells models of AI SDK 7 and 6 how much to reason, beside what the config tells their provider', async () => {
    expect(await ignoredOf('local:m', { local: { baseURL: server.baseURL } })).toEqual([])
    expect(await ignoredOf('local:m', { local: createForAi6({ name: 'local', baseURL: server.baseURL }) })).toEqual([])
    expect(server.chats).toMatchObject([
      { reasoning_effort: 'max', user: 'ann' },
      { reasoning_effort: 'xhigh', user: 'ann' },
    ])
  })

  it('says what does not reach a model: reasoning, and what Mastra thinks that it does not take', async () => {
    expect(await ignoredOf('acme:m', () => routed('acme/m'))).toEqual(['$.reasoning'])
    expect(await ignoredOf('openai:gpt-5', { openai: { baseURL: server.baseURL } })).toEqual([
      '$.settings.temperature',
      '$.settings.topP',
    ])
    expect(server.chats[1]).not.toHaveProperty('temperature')
  })

  it("takes models of Mastra's own router, also for answers with data", async () => {
    const agent = await create({ outputSchema: { type: 'object' } }, { models: () => routed('local/org/m') })
    const { object } = await agent.generate('say {"city":"Oslo"}')
    expect(object).toEqual({ city: 'Oslo' })
    expect(server.chats[0]).toMatchObject({ model: 'org/m', response_format: { json_schema: { name: 'answer' } } })
  })
})

describe('MCP tools', () => {
  const inputSchema = {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', default: 1 } },
    required: ['city'],
  }
  const withTools = (names: readonly string[], call: McpTool['call'], model = 'local:m') => {
    const crm: McpServerConfig = { url: 'https://crm.example', tools: names.map((name) => ({ name, inputSchema })) }
    const models = { local: { baseURL: server.baseURL }, openai: { baseURL: server.baseURL } }
    return create({ model, mcpServers: { crm } }, { models, mcp: listedTools(call) })
  }

  it('keep their schema: what is optional stays so, also for models of OpenAI', async () => {
    const inputs: unknown[] = []
    for (const model of ['local:m', 'openai:gpt-5']) {
      const agent = await withTools(['agent-find'], async (input) => (inputs.push(input), { content: [] }), model)
      await agent.generate('call agent-find {"city":"Oslo","more":null}')
    }
    expect(inputs).toEqual(Array(2).fill({ city: 'Oslo', more: null }))
    for (const { tools: sent } of server.chats) expect(sent?.[0]?.function.parameters).toEqual(inputSchema)
  })

  it('have the order of the config, also those that Mastra calls otherwise', async () => {
    const long = 'n'.repeat(64)
    await (await withTools([long, '2fa', 'find'], async () => ({ content: [] }))).generate('say hi')
    expect(server.chats[0]?.tools?.map((sent) => sent.function.name)).toEqual([long.slice(1), '_2fa', 'find'])
  })

  it('show the model pictures, and tell it of failures: the run goes on', async () => {
    const data = Buffer.from('pixels').toString('base64')
    const agent = await withTools(['draw', 'find', 'ask'], async ({ how }) => {
      if (how === 'gone') throw new McpServerError('crm', 'cannot be reached.')
      if (how === 'error') return { isError: true, content: [{ type: 'text', text: 'no such city' }] }
      return {
        content: [
          { type: 'text', text: 'Oslo:' },
          { type: 'image', data, mimeType: 'image/png' },
        ],
      }
    })
    const picture = (await agent.generate('call draw {}')).text.slice('Got: '.length)
    expect(JSON.parse(picture)).toMatchObject([{ text: 'Oslo:' }, { type: 'file', mediaType: 'image/png', data: { data } }])
    expect((await agent.generate('call find {"how":"error"}')).text).toBe('Got: no such city')
    expect((await agent.generate('call ask {"how":"gone"}')).text).toContain('cannot be reached.')
  })

  it('end with the run that called them', async () => {
    const gone = new AbortController()
    const agent = await withTools(['find'], (_input, { signal } = {}) => {
      setImmediate(() => gone.abort(new Error('gone')))
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    })
    await agent.generate('call find {}', { abortSignal: gone.signal })
    expect(server.requests).toHaveLength(1)
  })

  it('of one server are the same for all agents, and all may call them', async () => {
    await using tenant = await ToolServer.start()
    await using mcp = mcpServers()
    const config = await mcp.describeServers({ ...plain, mcpServers: { crm: { url: tenant.url } } })
    const agents = mastraAgents({ models: { local: { baseURL: server.baseURL } }, mcp })
    const [one, two] = await Promise.all([config, config].map((each) => agents.createAgent(cached(each), {}, making())))
    for (const agent of [one, two]) expect((await agent!.generate('call crm_echo {"a":1}')).text).toContain('"a":1')
    const [ofOne, ofTwo] = await Promise.all([one!.listTools(), two!.listTools()])
    expect(ofTwo.crm_echo).toBe(ofOne.crm_echo)
    expect(tenant.count('tools/call')).toBe(2)
  })
})

it('nothing else was contacted: what Mastra reports to its makers comes from its server, not from its agents', () => {
  expect(lookedUp.filter((name) => name !== '127.0.0.1')).toEqual([])
})
