import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { adapterContract } from './adapter-contract.ts'
import { aiSdk } from './ai-sdk.ts'
import { ModelServer } from './model-server.ts'

vi.mock('ai', () => import('ai-6'))
vi.mock('@ai-sdk/openai-compatible', () => import('@ai-sdk/openai-compatible-2'))

let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
beforeEach(() => server.forget())
afterAll(() => server[Symbol.asyncDispose]())

adapterContract({ ...aiSdk, name: 'ai-sdk with ai 6' }, () => server)

describe('ai 6', () => {
  it('is what these tests run', async () => {
    const { generateText } = await import('ai')
    const { generateText: ofAi6 } = await import('ai-6')
    expect(generateText).toBe(ofAi6)
  })
})
