import { describe, expect, test } from 'vitest'
import { readResult, tolerateForeignContent } from './tool-result.ts'

function tolerated(content: unknown): unknown {
  const message = { jsonrpc: '2.0' as const, id: 1, result: { content } }
  tolerateForeignContent(message)
  return message.result.content
}

describe('what a tool gives', () => {
  test('is text where it is of a kind that is not known, and as it was otherwise', () => {
    const known = { type: 'text', text: 'a' }
    expect(tolerated([known, { type: 'video', url: 'u' }])).toEqual([known, { type: 'text', text: '{"type":"video","url":"u"}' }])
  })

  test('is left for the SDK to refuse where it is no content at all', () => {
    const odd = [null, 1, {}, { type: 1 }]
    expect(tolerated([...odd])).toEqual(odd)
    expect(tolerated('text')).toBe('text')
  })

  test('has structured content only if that is an object, which is all that frameworks take', () => {
    const content = [{ type: 'text', text: 'a' }]
    expect(readResult({ content, structuredContent: { a: 1 }, isError: true })).toEqual({
      content,
      structuredContent: { a: 1 },
      isError: true,
    })
    expect(readResult({ content, structuredContent: [1] })).toEqual({ content })
    expect(readResult({ content, structuredContent: null })).toEqual({ content })
  })
})
