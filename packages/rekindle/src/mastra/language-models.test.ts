import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { describe, expect, it, vi } from 'vitest'
import { InvalidOptionsError, UnknownModelError } from '../errors.ts'
import { languageModels } from './language-models.ts'

const provider = createOpenAICompatible({ name: 'local', baseURL: 'http://127.0.0.1:1/v1' })

describe('languageModels', () => {
  it('makes each model once, whatever its name holds', async () => {
    const languageModel = vi.fn((id: string) => provider.languageModel(id))
    const modelOf = languageModels({ local: { languageModel } })
    expect(await modelOf('local:org/m:7b')).toBe(await modelOf('local:org/m:7b'))
    expect(await modelOf('local:m')).not.toBe(await modelOf('local:org/m:7b'))
    expect(languageModel.mock.calls).toEqual([['org/m:7b'], ['m']])
  })

  it('takes a server by its address, and a function of the whole name', async () => {
    const served = await languageModels({ local: { baseURL: 'http://127.0.0.1:1/v1' } })('local:m')
    expect(served).toMatchObject({ specificationVersion: 'v4', provider: 'local.chat', modelId: 'm' })
    const models = vi.fn((_model: string) => provider.languageModel('any'))
    expect(await languageModels(models)('acme:a/b:c')).toMatchObject({ modelId: 'any' })
    expect(models).toHaveBeenCalledWith('acme:a/b:c')
  })

  it('names a model that its provider does not know, and asks again next time', async () => {
    const noModel = Object.assign(new Error('No such languageModel: slow'), { name: 'AI_NoSuchModelError' })
    const languageModel = vi.fn((): never => {
      throw noModel
    })
    const modelOf = languageModels({ local: { languageModel } })
    for (let turn = 0; turn < 2; turn++) {
      const error = await modelOf('local:slow').catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UnknownModelError)
      expect(error).toMatchObject({ cause: noModel, message: expect.stringContaining("'local:slow'") })
    }
    expect(languageModel).toHaveBeenCalledTimes(2)
  })

  it('passes on unchanged what a provider throws for other reasons', async () => {
    const noKey = new Error('API key is missing')
    const modelOf = languageModels(() => {
      throw noKey
    })
    await expect(modelOf('local:m')).rejects.toBe(noKey)
  })

  it('refuses what Mastra could not run, when the agent is made', async () => {
    const old = { ...provider.languageModel('m'), specificationVersion: 'v1' }
    for (const model of [old, {}, undefined, null]) {
      await expect(languageModels(() => model as never)('local:m')).rejects.toThrow(UnknownModelError)
    }
    const byName = languageModels(() => ({ id: 'openai/gpt-5', apiKey: 'sk-1' }) as never)('openai:gpt-5')
    await expect(byName).rejects.toThrow("new ModelRouterLanguageModel('openai/gpt-5')")
    await expect(byName).rejects.not.toThrow('sk-1')
    await expect(languageModels(() => provider.languageModel('m'))('m')).rejects.toThrow("written 'provider:id'")
  })

  it('refuses a single provider, and what is none, when they are given', () => {
    expect(() => languageModels(provider as never)).toThrow(/models is a single provider, without a name\. Write models: /)
    expect(() => languageModels(undefined as never)).toThrow(InvalidOptionsError)
    expect(() => languageModels({ local: undefined } as never)).toThrow(/models\.local must be an AI SDK provider/)
  })
})
