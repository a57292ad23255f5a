import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { generateText } from 'ai'
import { describe, expect, it } from 'vitest'
import { modelsFromEnvironment } from './models.ts'

describe('the models of a server', () => {
  it.each([
    [{}, 'offline:small', 'offline'],
    [{ OPENAI_API_KEY: ' ' }, 'offline:small', 'offline'],
    [{ OPENAI_API_KEY: 'k' }, 'openai:gpt-6-luna', 'offline,openai'],
    [{ ANTHROPIC_API_KEY: 'k' }, 'anthropic:claude-haiku-5-5', 'anthropic,offline'],
    [{ GOOGLE_GENERATIVE_AI_API_KEY: 'k' }, 'google:gemini-3.8-flash', 'google,offline'],
    [{ ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' }, 'openai:gpt-6-luna', 'anthropic,offline,openai'],
    [
      { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k', REKINDLE_MODEL: 'anthropic:claude-opus-5-5' },
      'anthropic:claude-opus-5-5',
      'anthropic,offline,openai',
    ],
    [{ OPENAI_API_KEY: 'k', REKINDLE_MODEL: 'offline:small' }, 'offline:small', 'offline,openai'],
    [{ OPENAI_BASE_URL: 'http://localhost:11434/v1', REKINDLE_MODEL: 'llama3.2:3b' }, 'openai:llama3.2:3b', 'offline,openai'],
    [{ OPENAI_BASE_URL: 'http://localhost:11434/v1', REKINDLE_MODEL: 'openai:qwen3' }, 'openai:qwen3', 'offline,openai'],
  ])('with %o are by default %s', async (environment, defaultModel, names) => {
    const models = await modelsFromEnvironment(environment)
    expect(models.defaultModel).toBe(defaultModel)
    expect(models.offline).toBe(defaultModel === 'offline:small')
    expect(Object.keys(models.providers).toSorted().join()).toBe(names)
    const [provider, id] = [defaultModel.replace(/:.*/, ''), defaultModel.replace(/^[^:]*:/, '')]
    expect(models.providers[provider]?.languageModel(id)).toMatchObject({ specificationVersion: 'v4', modelId: id })
  })

  it.each([
    [{ OPENAI_BASE_URL: 'localhost:11434', REKINDLE_MODEL: 'x' }, 'OPENAI_BASE_URL must be an http or https address'],
    [{ OPENAI_BASE_URL: 'http://localhost:11434/v1' }, 'Set REKINDLE_MODEL'],
    [{ REKINDLE_MODEL: 'openai:gpt-6-luna' }, 'with a provider that is set up (offline); got openai:gpt-6-luna'],
    [{ OPENAI_API_KEY: 'k', REKINDLE_MODEL: 'gpt-6-luna' }, 'with a provider that is set up (openai, offline); got gpt-6-luna'],
    [{ OPENAI_API_KEY: 'k', REKINDLE_MODEL: 'openai:' }, 'REKINDLE_MODEL must be provider:model'],
    [{ REKINDLE_OFFLINE_PACE_MS: 'slow' }, 'REKINDLE_OFFLINE_PACE_MS must be a number of milliseconds'],
  ])('cannot be %o', async (environment, message) => {
    await expect(modelsFromEnvironment(environment)).rejects.toThrow(message)
  })

  it('reach a compatible endpoint, with the key meant for it', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      void json(request).then((body) => {
        const { model } = body as { model: string }
        seen.push(request.url, request.headers.authorization, model)
        const choices = [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }]
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: '1', model, created: 0, choices }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const environment = {
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_API_KEY: 'secret',
      REKINDLE_MODEL: 'llama3.2:3b',
    }
    const { providers } = await modelsFromEnvironment(environment)
    const model = providers.openai?.languageModel('llama3.2:3b')
    const { text } = await generateText({ model: model ?? 'none', prompt: 'hi' })
    server.close()
    expect(text).toBe('hello')
    expect(seen).toEqual(['/v1/chat/completions', 'Bearer secret', 'llama3.2:3b'])
  })
})
