import { describe, expect, it } from 'vitest'
import { endpointsFromEnvironment } from './endpoints-from-environment.ts'

describe('endpointsFromEnvironment', () => {
  it('gives the providers that there is a key for, at their own address', () => {
    expect(endpointsFromEnvironment({ OPENAI_API_KEY: 'k1', GROQ_API_KEY: 'k2', XAI_API_KEY: '' })).toEqual({
      openai: { baseURL: 'https://api.openai.com/v1', apiKey: 'k1' },
      groq: { baseURL: 'https://api.groq.com/openai/v1', apiKey: 'k2' },
    })
    expect(endpointsFromEnvironment({})).toEqual({})
  })

  it('lets an address stand in for a provider, with a key or without', () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'k', OLLAMA_BASE_URL: 'http://localhost:11434/v1' }
    expect(endpointsFromEnvironment(env)).toEqual({
      openai: { baseURL: 'http://127.0.0.1:9/v1', apiKey: 'k' },
      ollama: { baseURL: 'http://localhost:11434/v1' },
    })
  })

  it('needs to know where a server is that people run themselves', () => {
    expect(endpointsFromEnvironment({ VLLM_API_KEY: 'k' })).toEqual({})
  })

  it('names the variable whose address is none, and no key', () => {
    for (const url of ['localhost:1234', 'ftp://x', '/v1']) {
      const read = () => endpointsFromEnvironment({ VLLM_BASE_URL: url, VLLM_API_KEY: 'hunter2' })
      expect(read).toThrow(`VLLM_BASE_URL must be an http or https URL; got '${url}'`)
      expect(read).not.toThrow('hunter2')
    }
  })
})
