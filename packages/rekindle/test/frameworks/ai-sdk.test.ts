import { MockLanguageModelV3, MockLanguageModelV4 } from 'ai/test'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aiSdkAgents } from '../../src/ai-sdk/index.ts'
import { adapterContract } from './adapter-contract.ts'
import { cached, making } from './adapter-under-test.ts'
import { aiSdk } from './ai-sdk.ts'
import { ModelServer } from './model-server.ts'

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => server.forget())
afterAll(() => server[Symbol.asyncDispose]())

adapterContract(aiSdk, () => server)

describe('how much to reason', () => {
  const reasoning = async (model: MockLanguageModelV3 | MockLanguageModelV4) => {
    const context = making()
    const agents = aiSdkAgents({ models: () => model })
    const config = cached({
      version: 1,
      model: 'any:m',
      reasoning: 'max',
      settings: { providerOptions: { openai: { user: 'x' } } },
    })
    await (await agents.createAgent(config, {}, context)).generate({ prompt: 'say hi' }).catch(() => {})
    const [call] = model.doGenerateCalls
    return { reasoning: call && 'reasoning' in call ? call.reasoning : undefined, options: call?.providerOptions, ...context }
  }

  it('is a setting of its own for models made for ai 7', async () => {
    expect(await reasoning(new MockLanguageModelV4())).toMatchObject({ reasoning: 'max', ignoredPaths: [] })
  })

  it("is an option of the provider for older models, which do not know the setting: beside the config's own", async () => {
    expect(await reasoning(new MockLanguageModelV3({ provider: 'openai.chat' }))).toMatchObject({
      options: { openai: { user: 'x', reasoningEffort: 'xhigh' } },
      ignoredPaths: [],
    })
  })

  it('is said to be ignored by older models of other providers', async () => {
    expect(await reasoning(new MockLanguageModelV3({ provider: 'acme.chat' }))).toMatchObject({ ignoredPaths: ['$.reasoning'] })
  })
})
