import { describe, expect, it } from 'vitest'
import { UnknownModelError } from '../errors.ts'
import { parseModelId } from './model-id.ts'

describe('parseModelId', () => {
  it('splits on the first colon, since models of some providers have colons in their names', () => {
    expect(parseModelId('openai:gpt-5')).toEqual({ provider: 'openai', id: 'gpt-5' })
    expect(parseModelId('bedrock:anthropic.claude-v2:1')).toEqual({ provider: 'bedrock', id: 'anthropic.claude-v2:1' })
  })

  it.each(['', 'gpt-5', ':gpt-5', 'openai:', ':'])('refuses %j and says how a model is written', (model) => {
    expect(() => parseModelId(model)).toThrow(UnknownModelError)
    expect(() => parseModelId(model)).toThrow(`A model is written 'provider:id', such as 'openai:gpt-5'; got '${model}'.`)
  })
})
