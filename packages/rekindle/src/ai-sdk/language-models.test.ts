import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createProviderRegistry, customProvider, NoSuchModelError } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it, vi } from 'vitest'
import { InvalidOptionsError, UnknownModelError } from '../errors.ts'
import { languageModels, type Models } from './language-models.ts'

const model = new MockLanguageModelV4()
const custom = customProvider({ languageModels: { fast: model } })

function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  return work().catch((error: unknown) => error)
}

describe('languageModels', () => {
  it('makes each model once, since a provider may rebuild its schemas every time', async () => {
    const languageModel = vi.fn(() => new MockLanguageModelV4())
    const modelOf = languageModels({ local: { languageModel } })
    expect(await modelOf('local:a')).toBe(await modelOf('local:a'))
    expect(await modelOf('local:a:1')).not.toBe(await modelOf('local:a'))
    expect(languageModel.mock.calls).toEqual([['a'], ['a:1']])
  })

  it('takes providers by name, a provider registry, and a function', async () => {
    const registry = createProviderRegistry({ local: custom })
    const sources: Models[] = [{ local: custom }, registry, () => model]
    for (const models of sources) expect(await languageModels(models)('local:fast')).toBe(model)
  })

  it('keeps a bounded number of models, however many the configs name', async () => {
    const languageModel = vi.fn(() => new MockLanguageModelV4())
    const modelOf = languageModels({ local: { languageModel } })
    for (let n = 0; n <= 1000; n++) await modelOf(`local:${n}`)
    await modelOf('local:1000')
    expect(languageModel).toHaveBeenCalledTimes(1001)
    await modelOf('local:0')
    expect(languageModel).toHaveBeenCalledTimes(1002)
  })

  it('names an unknown provider, what there is, and where the config says so', async () => {
    const error = await thrownBy(() => languageModels({ local: custom, other: custom })('opnai:gpt-5'))
    expect(error).toBeInstanceOf(UnknownModelError)
    expect(error).toMatchObject({
      model: 'opnai:gpt-5',
      message:
        "The config names the model 'opnai:gpt-5': there is no provider 'opnai'; there are 'local', 'other'. Correct the config, or add it to models.",
    })
    expect(await thrownBy(() => languageModels({ local: custom })('toString:x'))).toBeInstanceOf(UnknownModelError)
  })

  it('names an unknown model of a known provider, and asks again next time', async () => {
    const languageModel = vi.fn((id: string) => custom.languageModel(id as 'fast'))
    const modelOf = languageModels({ local: { languageModel } })
    for (let n = 0; n < 2; n++) {
      const error = await thrownBy(() => modelOf('local:slow'))
      expect(error).toBeInstanceOf(UnknownModelError)
      expect(NoSuchModelError.isInstance((error as Error).cause)).toBe(true)
      expect(String(error)).toContain("the model 'local:slow'")
    }
    expect(languageModel).toHaveBeenCalledTimes(2)
    expect(await thrownBy(() => languageModels((() => undefined) as never)('local:slow'))).toBeInstanceOf(UnknownModelError)
  })

  it('names an unknown provider of a registry', async () => {
    const registry = createProviderRegistry({ local: custom })
    expect(await thrownBy(() => languageModels(registry)('opnai:x'))).toMatchObject({
      code: 'REKINDLE_UNKNOWN_MODEL',
      message: expect.stringContaining('No such provider: opnai (available providers: local)'),
    })
  })

  it.each<[string, Models]>([
    ['a function', () => model],
    ['a registry', createProviderRegistry({ local: custom })],
    ['providers', { local: custom }],
  ])('asks %s for nothing that is not written provider:id', async (_, models) => {
    expect(await thrownBy(() => languageModels(models)('fast'))).toMatchObject({
      message: expect.stringContaining("written 'provider:id'"),
    })
  })

  it('passes on unchanged what a provider throws for other reasons', async () => {
    const noKey = new Error('API key is missing')
    const languageModel = () => {
      throw noKey
    }
    expect(await thrownBy(() => languageModels({ local: { languageModel } })('local:x'))).toBe(noKey)
  })

  it('refuses a single provider, which would take the whole id for a name of its own', () => {
    const provider = createOpenAICompatible({ name: 'local', baseURL: 'http://127.0.0.1' })
    for (const single of [provider, custom]) {
      expect(() => languageModels(single)).toThrow(InvalidOptionsError)
      expect(() => languageModels(single)).toThrow(/models is a single provider, without a name\. Write models: /)
    }
  })

  it('refuses what is no provider when the registry is given, not at the first request', () => {
    expect(() => languageModels(undefined as never)).toThrow(InvalidOptionsError)
    expect(() => languageModels({ local: undefined } as never)).toThrow(/models\.local must be an AI SDK provider/)
  })
})
