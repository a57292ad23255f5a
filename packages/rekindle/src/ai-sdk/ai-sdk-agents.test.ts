import { tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { AgentConfig } from '../agent-config/agent-config.ts'
import { freezeDeep } from '../config/json.ts'
import { UnknownToolError, UnresolvedSecretError } from '../errors.ts'
import type { KeyField } from '../agent-key.ts'
import type { AgentCacheOptions } from '../options.ts'
import { aiSdkAgents, type AiSdkOptions } from './ai-sdk-agents.ts'

type Step = NonNullable<ConstructorParameters<typeof MockLanguageModelV4>[0]>['doGenerate']

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
}
const callsClock = {
  content: [{ type: 'tool-call', toolCallId: 'call-1', toolName: 'clock', input: '{"zone":"UTC"}' }],
  finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
  usage,
  warnings: [],
} as const
const answers = {
  content: [{ type: 'text', text: 'It is noon.' }],
  finishReason: { unified: 'stop', raw: 'stop' },
  usage,
  warnings: [],
} as const

const clock = tool({
  description: 'The time.',
  inputSchema: z.object({ zone: z.string() }),
  execute: ({ zone }) => `noon in ${zone}`,
})

const config: AgentConfig = { version: 1, model: 'mock:m' }
const context = { signal: new AbortController().signal, ignored: () => {} }

/** As the cache gives it: through JSON, frozen at every level. */
function cached(value: AgentConfig): AgentConfig {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  freezeDeep(copy)
  return copy as AgentConfig
}

function setup(steps: readonly unknown[] = [answers], options: Partial<AiSdkOptions> = {}) {
  let step = 0
  const model = new MockLanguageModelV4({
    doGenerate: (async () => steps[Math.min(step++, steps.length - 1)]) as unknown as Step & object,
  })
  const agents = aiSdkAgents({ models: { mock: { languageModel: () => model } }, tools: { clock }, ...options })
  const create = (value: AgentConfig, key = {}) => agents.createAgent(cached(value), key, context)
  return { model, agents, create }
}

describe('aiSdkAgents', () => {
  it('makes an agent that runs its tools in a loop, from a frozen config', async () => {
    const { model, create } = setup([callsClock, answers])
    const agent = await create({ ...config, instructions: 'Be brief.', tools: ['clock'] })
    const { text, steps } = await agent.generate({ prompt: 'What time is it?' })
    expect(text).toBe('It is noon.')
    expect(steps[0]?.toolResults[0]?.output).toBe('noon in UTC')
    expect(model.doGenerateCalls[0]?.prompt[0]).toEqual({ role: 'system', content: 'Be brief.' })
  })

  it('passes every setting on to the model', async () => {
    const { model, create } = setup([callsClock])
    const settings = {
      temperature: 0.2,
      topP: 0.9,
      topK: 40,
      maxOutputTokens: 100,
      presencePenalty: 0.1,
      frequencyPenalty: 0.3,
      stopSequences: ['END'],
      seed: 7,
      providerOptions: { mock: { deep: { list: [1] } } },
    }
    const agent = await create({
      ...config,
      maxSteps: 1,
      settings: { ...settings, toolChoice: { tool: 'clock' } },
      tools: ['clock'],
    })
    await agent.generate({ prompt: 'Hi' })
    expect(model.doGenerateCalls[0]).toMatchObject({ ...settings, toolChoice: { type: 'tool', toolName: 'clock' } })
  })

  it('repeats a failed call as often as maxRetries says', async () => {
    const doGenerate = vi.fn(() => Promise.reject(new Error('down')))
    const failing = aiSdkAgents({ models: () => new MockLanguageModelV4({ doGenerate }) })
    const agent = await failing.createAgent(cached({ ...config, settings: { maxRetries: 0 } }), {}, context)
    await expect(agent.generate({ prompt: 'Hi' })).rejects.toThrow('down')
    expect(doGenerate).toHaveBeenCalledOnce()
  })

  it.each([
    ['high', 'high'],
    ['none', 'none'],
    ['max', 'max'],
    ['default', undefined],
    [undefined, undefined],
  ] as const)("turns the config's reasoning %s into the model's %s, whatever the key asks for", async (reasoning, expected) => {
    const { model, create } = setup()
    const agent = await create(reasoning === undefined ? config : { ...config, reasoning }, { reasoning: 'low' })
    await agent.generate({ prompt: 'Hi' })
    expect(model.doGenerateCalls[0]?.reasoning).toBe(expected)
  })

  it('stops after maxSteps model calls', async () => {
    const { model, create } = setup([callsClock])
    const agent = await create({ ...config, maxSteps: 3, tools: ['clock'] })
    await agent.generate({ prompt: 'Loop' })
    expect(model.doGenerateCalls).toHaveLength(3)
  })

  it('shows the model the tools in the order of the config, even those whose names look like numbers', async () => {
    const { model, create } = setup([answers], { tools: { '2': clock, '10': clock, b: clock, a: clock } })
    const agent = await create({ ...config, tools: ['b', '10', 'a', '2'] })
    await agent.generate({ prompt: 'Hi' })
    expect(model.doGenerateCalls[0]?.tools?.map((shown) => shown.name)).toEqual(['b', '10', 'a', '2'])
  })

  it('names the agent after the key, as far as the agent depends on it', async () => {
    const { create } = setup()
    expect((await create(config, { agentId: '42' })).id).toBe('42')
    expect((await create(config)).id).toBeUndefined()
  })

  it("gives every agent the application's own settings, unless its config has its own", async () => {
    const onStart = vi.fn()
    const { model, create } = setup([answers], { agentSettings: { onStart, temperature: 1, seed: 1 } })
    const agent = await create({ ...config, settings: { temperature: 0 } })
    await agent.generate({ prompt: 'Hi' })
    expect(onStart).toHaveBeenCalledOnce()
    expect(model.doGenerateCalls[0]).toMatchObject({ temperature: 0, seed: 1 })
  })

  it("adds the config's provider options to the application's, provider by provider, and its own win", async () => {
    const shared = { mock: { store: false, user: 'app' }, other: { a: 1 } }
    const { model, create } = setup([answers], { agentSettings: { providerOptions: shared } })
    const agent = await create({ ...config, settings: { providerOptions: { mock: { user: 'ann' } } } })
    await agent.generate({ prompt: 'Hi' })
    expect(model.doGenerateCalls[0]?.providerOptions).toEqual({ mock: { store: false, user: 'ann' }, other: { a: 1 } })
  })

  it('refuses a tool choice that is none of the tools', async () => {
    const { create } = setup()
    await expect(create({ ...config, settings: { toolChoice: { tool: 'clock' } } })).rejects.toThrow(UnknownToolError)
  })

  it('resolves secrets in tool options and provider options when the agent is made, and needs somebody to do it', async () => {
    const factory = vi.fn(() => clock)
    const secret = { token: { $secret: 'CRM' } }
    const withSecrets = { ...config, tools: [{ name: 'crm', options: secret }], settings: { providerOptions: { mock: secret } } }
    const { model, create } = setup([answers], { tools: { crm: factory }, resolveSecret: (name) => `<${name}>` })
    await (await create(withSecrets)).generate({ prompt: 'Hi' })
    expect(factory).toHaveBeenCalledWith({ token: '<CRM>' }, { key: {}, signal: context.signal })
    expect(model.doGenerateCalls[0]?.providerOptions).toEqual({ mock: { token: '<CRM>' } })

    await expect(setup([answers], { tools: { crm: factory } }).create(withSecrets)).rejects.toThrow(UnresolvedSecretError)
  })

  it('closes the tools made for an agent, once, and never those shared by all', async () => {
    const close = vi.fn()
    const closeShared = vi.fn()
    const tools = {
      own: () => Object.assign({ ...clock }, { [Symbol.asyncDispose]: close }),
      shared: Object.assign({ ...clock }, { [Symbol.asyncDispose]: closeShared }),
    }
    const { agents, create } = setup([answers], { tools })
    const agent = await create({ ...config, tools: ['own', 'shared'] })
    await agents.disposeAgent(agent)
    await agents.disposeAgent(agent)
    expect(close).toHaveBeenCalledOnce()
    expect(closeShared).not.toHaveBeenCalled()
  })

  it('fits into the options of createAgentCache, with any scopes', () => {
    const agents = aiSdkAgents({ models: { mock: { languageModel: () => new MockLanguageModelV4() } } })
    // The types are what is tested: this stands for createAgentCache. `const` keeps `version: 1` from widening to a number.
    const accept = <const Config, Agent, ConfigFields extends KeyField, LiveFields extends KeyField>(
      options: AgentCacheOptions<Config, Agent, ConfigFields, LiveFields>,
    ) => options.namespace
    const loaded = { version: 1, model: 'mock:m', tools: ['clock'], reasoning: 'low' } as const
    expect(accept({ namespace: 'all', loadConfig: () => loaded, ...agents })).toBe('all')
    // @ts-expect-error A config has a model.
    accept({ namespace: 'none', loadConfig: () => ({ version: 1 }), ...agents })
    const scoped = accept({
      namespace: 'scoped',
      configScope: ['agentId'],
      liveScope: ['agentId', 'reasoning'],
      loadConfig: async (key) => ({ version: 1, model: key.agentId, reasoning: 'low', settings: { stopSequences: ['a'] } }),
      ...agents,
    })
    expect(scoped).toBe('scoped')
  })
})
