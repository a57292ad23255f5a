import { getEventListeners } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type InputGuardrail,
  OpenAIProvider,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  type TracingProcessor,
} from '@openai/agents'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { AgentConfig } from '../../src/agent-config/agent-config.ts'
import { InvalidOptionsError, UnknownModelError, UnsupportedConfigError } from '../../src/errors.ts'
import { openAiAgents, run } from '../../src/openai-agents/index.ts'
import { adapterContract } from './adapter-contract.ts'
import { cached, making, sampleSettings } from './adapter-under-test.ts'
import { ModelServer, textOf } from './model-server.ts'
import { openAi } from './openai-agents.ts'
import { ResponsesServer } from './responses-server.ts'

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => server.forget())
afterEach(() => vi.unstubAllEnvs())
afterAll(() => server[Symbol.asyncDispose]())

adapterContract(openAi, () => server)

const plain: AgentConfig = { version: 1, model: 'local:m' }
const withTools = () => openAi.agents({ baseURL: server.baseURL, resolveSecret: (name) => `<${name}>` })

function create(config: Partial<AgentConfig>, agents = withTools(), context = making()) {
  return agents.createAgent(cached({ ...plain, ...config }), { agentId: '42' }, context)
}

describe('maxSteps', () => {
  const forEver = 'call for ever clock {}'

  it('is a limit of run, unless its options say otherwise', async () => {
    const agent = await create({ tools: ['clock'], maxSteps: 2 })
    await expect(run(agent, forEver, { maxTurns: 4 })).rejects.toThrow('Max turns (4) exceeded')
    await expect(run(agent, forEver)).rejects.toThrow('Max turns (2) exceeded')
    expect(server.requests).toHaveLength(6)
  })

  it('limits a sub-agent, whose failure the other agent gets to know', async () => {
    const agent = await create({ subAgents: { watch: { description: 'Watches.', tools: ['clock'], maxSteps: 2 } } })
    const { finalOutput } = await run(agent, `call watch ${JSON.stringify({ input: forEver })}`)
    expect(server.requests).toHaveLength(4)
    expect(finalOutput).toContain('An error occurred while running the tool')
  })

  it('stays what it was when a run goes on after an approval', async () => {
    const pay = tool({ name: 'pay', description: 'Pays.', parameters: z.object({}), needsApproval: true, execute: () => 'paid' })
    const agents = openAiAgents({ models: { local: { baseURL: server.baseURL } }, tools: { pay } })
    const agent = await create({ tools: ['pay'], maxSteps: 1 }, agents)
    const { state, interruptions } = await run(agent, 'call pay {}', { maxTurns: 2 })
    state.approve(interruptions[0]!)
    expect((await run(agent, state)).finalOutput).toBe('Got: paid')
  })

  it('is said to be ignored of an agent that a run is handed on to', async () => {
    const context = making()
    await create({ handoffs: { billing: { description: 'Bills.', maxSteps: 2 } } }, withTools(), context)
    expect(context.ignoredPaths).toEqual(['$.handoffs.billing.maxSteps'])
  })
})

describe('tracing', () => {
  const traced: string[] = []
  const processor: TracingProcessor = {
    onTraceStart: async () => void traced.push('trace'),
    onTraceEnd: async () => {},
    onSpanStart: async () => void traced.push('span'),
    onSpanEnd: async () => {},
    shutdown: async () => {},
    forceFlush: async () => {},
  }
  beforeAll(() => {
    setTraceProcessors([processor])
    setTracingDisabled(false)
  })
  afterAll(() => {
    setTracingDisabled(true)
    setTraceProcessors([])
  })

  it('is up to a runner of the application: without one, nothing said in a run leaves the process but to its model', async () => {
    const agent = await create({ subAgents: { poet: { description: 'Rhymes.' } } })
    await run(agent, 'call poet {"input":"say rose"}')
    expect(traced).toEqual([])
    await run(agent, 'say hi', { runner: new Runner() })
    expect(traced).toContain('trace')
  })
})

describe('a run', () => {
  it('leaves no listener on the agent, on its signal or in the process', async () => {
    const agent = await create({ tools: ['clock'], subAgents: { poet: { description: 'Rhymes.' } } })
    const { signal } = new AbortController()
    const emitters: NodeJS.EventEmitter[] = [Reflect.get(agent, 'eventEmitter') as NodeJS.EventEmitter, process]
    const listeners = () => [
      getEventListeners(signal, 'abort').length,
      ...emitters.map((emitter) => emitter.eventNames().flatMap((name) => emitter.listeners(name)).length),
    ]
    await run(agent, 'call clock {}', { signal })
    const before = listeners()
    for (let index = 0; index < 12; index++) await run(agent, 'call clock {} then call poet {"input":"say rose"}', { signal })
    expect(listeners()).toEqual(before)
  })

  it('is told which tool to use only until it has used one, so that it ends', async () => {
    const agent = await create({ tools: ['clock'], settings: { toolChoice: 'required' } })
    expect((await run(agent, 'call clock {}')).finalOutput).toBe('Got: noon')
    expect(server.chats.map((chat) => chat.tool_choice)).toEqual(['required', undefined])
  })
})

describe('a model', () => {
  it('is called as the config says, whatever its name: the SDK knows better for some', async () => {
    for (const id of ['gpt-5.1', 'gpt-4o']) {
      await run(await create({ model: `local:${id}` }), 'say hi')
      await run(await create({ model: `local:${id}`, reasoning: 'max' }), 'say hi')
    }
    const settings = server.chats.map((chat) => Object.keys(chat).filter((name) => name !== 'messages' && name !== 'stream'))
    expect(settings).toEqual([['model'], ['model', 'reasoning_effort'], ['model'], ['model', 'reasoning_effort']])
    expect(server.chats.map((chat) => chat.reasoning_effort)).toEqual([undefined, 'max', undefined, 'max'])
  })

  it("is sent the options for its provider, with secrets in place; they win over the config's other words", async () => {
    const context = making()
    const local = { top_k: 40, user: { $secret: 'USER' }, reasoning_effort: 'low' }
    const settings = { topK: 3, seed: 1, providerOptions: { other: { user: 'x' }, local } }
    await run(await create({ reasoning: 'high', settings }, withTools(), context), 'say hi')
    expect(server.chats[0]).toMatchObject({ top_k: 40, user: '<USER>', seed: 1, reasoning_effort: 'low' })
    expect(context.ignoredPaths).toEqual(['$.settings.topK', '$.settings.providerOptions.other'])
  })

  it('is one for all agents, and may come from a function', async () => {
    const provider = new OpenAIProvider({
      openAIClient: new OpenAI({ baseURL: server.baseURL, apiKey: 'key' }),
      useResponses: false,
    })
    const asked: string[] = []
    const agents = openAiAgents({
      models: (model) => {
        asked.push(model)
        return provider.getModel(model)
      },
    })
    const [one, two] = [await create({}, agents), await create({}, agents)]
    expect(one.model).toBe(two.model)
    expect(asked).toEqual(['local:m'])
    await run(one, 'say hi')
    expect(server.chats[0]?.model).toBe('local:m')
  })

  it('must come from somewhere that can be asked by name', async () => {
    const refused: unknown[] = [undefined, new OpenAIProvider(), { openai: {} }, { openai: () => {} }]
    for (const models of refused) expect(() => openAiAgents({ models } as never)).toThrow(InvalidOptionsError)
    await expect(create({}, openAiAgents({ models: () => undefined as never }))).rejects.toThrow(UnknownModelError)
    await expect(create({ model: 'm' }, openAiAgents({ models: () => ({}) as never }))).rejects.toThrow(UnknownModelError)
  })
})

describe('a server that speaks the protocol', () => {
  beforeEach(() => {
    vi.stubEnv('OPENAI_API_KEY', 'key of OpenAI')
    vi.stubEnv('OPENAI_ORG_ID', 'organization')
    vi.stubEnv('OPENAI_PROJECT_ID', 'project')
  })

  it('is sent its own credentials, never those of OpenAI from the environment', async () => {
    const { baseURL } = server
    const other = { baseURL, headers: { authorization: 'Basic x' } }
    const agents = openAiAgents({ models: { open: { baseURL }, keyed: { baseURL, apiKey: 'own' }, other } })
    for (const provider of ['open', 'keyed', 'other']) await run(await create({ model: `${provider}:m` }, agents), 'say hi')
    expect(server.credentials).toEqual([undefined, 'Bearer own', 'Basic x'])
  })

  it('is asked again as often as the config says when it fails, and told nothing of OpenAI either', async () => {
    const requests: IncomingHttpHeaders[] = []
    const failing = createServer(({ headers }, response) => {
      requests.push(headers)
      response.writeHead(500, { 'retry-after-ms': '1' }).end()
    })
    await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve))
    const agents = openAiAgents({ models: { local: { baseURL: `http://127.0.0.1:${(failing.address() as AddressInfo).port}` } } })
    for (const maxRetries of [0, 3]) {
      requests.length = 0
      await expect(run(await create({ settings: { maxRetries } }, agents), 'say hi')).rejects.toThrow('500')
      expect(requests).toHaveLength(maxRetries + 1)
    }
    expect(Object.keys(requests[0]!).filter((name) => name.startsWith('openai'))).toEqual([])
    failing.closeAllConnections()
    await new Promise((resolve) => failing.close(resolve))
  })
})

describe('the Responses API', () => {
  it('is told everything it knows; of the rest it is said that it is ignored', async () => {
    await using responses = await ResponsesServer.start()
    const openAIClient = new OpenAI({ baseURL: responses.baseURL, apiKey: 'key' })
    const agents = openAiAgents({ models: { local: new OpenAIProvider({ openAIClient }) } })
    const context = making()
    const settings = { ...sampleSettings, topK: 3, maxRetries: 1, providerOptions: { local: { user: 'x' } } }
    const { finalOutput } = await run(await create({ reasoning: 'xhigh', settings }, agents, context), 'hi')
    expect(finalOutput).toBe('Done.')
    expect(responses.requests[0]).toMatchObject({ reasoning: { effort: 'xhigh' }, temperature: 0.5, top_p: 0.75, user: 'x' })
    expect(Object.keys(responses.requests[0]!)).not.toContain('stop')
    expect(context.ignoredPaths.toSorted()).toEqual(
      ['frequencyPenalty', 'maxRetries', 'presencePenalty', 'seed', 'stopSequences', 'topK'].map((name) => `$.settings.${name}`),
    )
  })
})

describe('the settings of the application', () => {
  it('are given to every agent, and give way to the config', async () => {
    const heard: unknown[] = []
    const guardrail: InputGuardrail = {
      name: 'listener',
      execute: async ({ agent }) => {
        heard.push(agent.name)
        return { tripwireTriggered: false, outputInfo: undefined }
      },
    }
    const agents = openAiAgents({
      models: { local: { baseURL: server.baseURL } },
      agentSettings: {
        inputGuardrails: [guardrail],
        modelSettings: { temperature: 1, store: false, providerData: { user: 'x', seed: 1 } },
      },
    })
    await run(await create({ settings: { temperature: 0, seed: 2 } }, agents), 'say hi')
    expect(server.chats[0]).toMatchObject({ temperature: 0, store: false, user: 'x', seed: 2 })
    expect(heard).toEqual(['42'])
  })
})

describe('a config', () => {
  it('with hand-offs tells the model what each is good for', async () => {
    await run(await create({ handoffs: { billing: { description: 'Knows invoices.' } } }), 'say hi')
    expect(server.chats[0]?.tools?.[0]?.function.description).toContain('Knows invoices.')
  })

  it('with an answer of which parts may be left out does not ask for strictness, which would be refused', async () => {
    const outputSchema = { type: 'object', properties: { city: { type: 'string' } } } as const
    await run(await create({ outputSchema }), 'say {}')
    await run(await create({ outputSchema: { ...outputSchema, required: ['city'], additionalProperties: false } }), 'say {}')
    expect(server.chats.map((chat) => chat.response_format)).toMatchObject([
      { json_schema: { strict: false, schema: outputSchema } },
      { json_schema: { strict: true } },
    ])
  })
})

describe('names', () => {
  it('that the SDK would make one are refused, with the place of the second', async () => {
    const subAgents = { 'tax adviser': { description: 'Advises.' }, 'tax-adviser': { description: 'Advises.' } }
    await expect(create({ subAgents })).rejects.toThrow(
      "$.subAgents.tax-adviser: the model would know this tool as 'tax_adviser'",
    )
    const handoffs = { 'a.b': { description: 'A.' }, a_b: { description: 'B.' } }
    await expect(create({ handoffs })).rejects.toThrow('$.handoffs.a_b')
    const both = { subAgents: { transfer_to_bob: { description: 'Bob.' } }, handoffs: { bob: { description: 'Bob.' } } }
    await expect(create(both)).rejects.toThrow(UnsupportedConfigError)
  })

  it('that a model would not take are written so that it does, in a tool choice as well', async () => {
    const config = {
      subAgents: { 'tax adviser': { description: 'Advises.' } },
      settings: { toolChoice: { tool: 'tax adviser' } },
    }
    await run(await create(config), 'call tax_adviser {"input":"say 42"}')
    expect(server.chats[0]?.tool_choice).toEqual({ type: 'function', function: { name: 'tax_adviser' } })
    expect(textOf(server.chats[1]?.messages[0])).toBe('say 42')
  })
})
