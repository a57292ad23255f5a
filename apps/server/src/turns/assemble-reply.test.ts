import type { UIMessageChunk } from 'ai'
import { describe, expect, it } from 'vitest'
import { assembleReply } from './assemble-reply.ts'

const start: UIMessageChunk[] = [
  { type: 'start', messageId: 'reply', messageMetadata: { rekindle: { source: 'memory' } } },
  { type: 'start-step' },
]
const call: UIMessageChunk[] = [
  { type: 'tool-input-start', toolCallId: '1', toolName: 'calculator' },
  { type: 'tool-input-available', toolCallId: '1', toolName: 'calculator', input: { expression: '1 + 1' } },
]
const said: UIMessageChunk[] = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Half of' },
]

describe('what is kept of a reply', () => {
  it('is the message that its chunks make', async () => {
    const chunks: UIMessageChunk[] = [...start, ...said, { type: 'text-end', id: '1' }, { type: 'finish' }]
    expect(await assembleReply(chunks, 'done')).toEqual({
      id: 'reply',
      role: 'assistant',
      metadata: { rekindle: { source: 'memory' } },
      parts: [{ type: 'step-start' }, { type: 'text', text: 'Half of', state: 'done' }],
    })
  })

  it.each(['failed', 'cancelled'] as const)(
    'is what was said before it %s, which it says, with nothing left open',
    async (end) => {
      const unfinished: UIMessageChunk[] = [
        ...start,
        ...said,
        ...call,
        { type: 'tool-input-start', toolCallId: '2', toolName: 'calculator' },
        { type: 'error', errorText: 'Alas.' },
      ]
      expect(await assembleReply(unfinished, end)).toEqual({
        id: 'reply',
        role: 'assistant',
        metadata: { rekindle: { source: 'memory', ended: end } },
        parts: [
          { type: 'step-start' },
          { type: 'text', text: 'Half of', state: 'done' },
          expect.objectContaining({ type: 'tool-calculator', state: 'output-error', errorText: expect.any(String) as string }),
        ],
      })
    },
  )

  it('is nothing when nothing was said', async () => {
    expect(await assembleReply([], 'failed')).toBeUndefined()
    expect(await assembleReply([...start, { type: 'error', errorText: 'Alas.' }], 'failed')).toBeUndefined()
    expect(await assembleReply([...start, { type: 'text-start', id: '1' }, { type: 'abort' }], 'cancelled')).toBeUndefined()
  })
})
