import { describe, expect, test } from 'vitest'
import { assemble, type Chunk } from './assembler.ts'
import type { ChatMessage } from './message.ts'

const empty: ChatMessage = { id: 'local', role: 'assistant', parts: [] }
const from = (...chunks: readonly Chunk[]): ChatMessage => chunks.reduce(assemble, empty)

const start: Chunk = { type: 'start', messageId: 'reply', messageMetadata: { rekindle: { source: 'memory', ms: 0.1 } } }
const call = { toolCallId: 'call-1', toolName: 'calculator' }

describe('a reply that is put together from chunks', () => {
  test('has its texts in the order in which they began, each from its own deltas', () => {
    const { id, parts } = from(
      start,
      { type: 'start-step' },
      { type: 'reasoning-start', id: '1' },
      { type: 'reasoning-delta', id: '1', delta: 'Hm' },
      { type: 'text-start', id: '2' },
      { type: 'text-delta', id: '2', delta: 'Hel' },
      { type: 'reasoning-delta', id: '1', delta: 'm.' },
      { type: 'text-delta', id: '2', delta: 'lo' },
      { type: 'reasoning-end', id: '1' },
      { type: 'text-end', id: '2' },
    )
    expect(id).toBe('reply')
    expect(parts).toEqual([
      { type: 'step-start' },
      { type: 'reasoning', id: '1', text: 'Hmm.', state: 'done' },
      { type: 'text', id: '2', text: 'Hello', state: 'done' },
    ])
  })

  test('keeps texts of two steps apart that have the same id', () => {
    const step = (text: string): Chunk[] => [
      { type: 'start-step' },
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: text },
      { type: 'text-end', id: '0' },
    ]
    const texts = from(start, ...step('one'), ...step('two')).parts.flatMap((part) => ('text' in part ? [part.text] : []))
    expect(texts).toEqual(['one', 'two'])
  })

  test('shows a tool call from its first character to its result', () => {
    const begun: Chunk[] = [
      start,
      { type: 'tool-input-start', ...call },
      { type: 'tool-input-delta', toolCallId: 'call-1', inputTextDelta: '{"a":' },
      { type: 'tool-input-delta', toolCallId: 'call-1', inputTextDelta: '1}' },
    ]
    expect(from(...begun).parts).toEqual([{ type: 'tool-calculator', ...call, state: 'input-streaming', inputText: '{"a":1}' }])
    const [done] = from(
      ...begun,
      { type: 'tool-input-available', ...call, input: { a: 1 } },
      { type: 'tool-output-available', toolCallId: 'call-1', output: 2 },
    ).parts
    expect(done).toMatchObject({ state: 'output-available', input: { a: 1 }, output: 2 })
  })

  test('shows why a tool failed, also when its input was refused', () => {
    const failed = from(
      { type: 'tool-input-available', ...call, input: {} },
      {
        type: 'tool-output-error',
        toolCallId: 'call-1',
        errorText: 'no',
      },
    )
    expect(failed.parts[0]).toMatchObject({ state: 'output-error', errorText: 'no' })
    const refused = from({ type: 'tool-input-error', ...call, dynamic: true, input: '{', errorText: 'not JSON' })
    expect(refused.parts[0]).toMatchObject({ type: 'dynamic-tool', state: 'output-error', errorText: 'not JSON' })
  })

  test('begins anew when it is streamed again from its beginning', () => {
    const text: Chunk[] = [
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'once' },
    ]
    expect(from(start, ...text, start, ...text).parts).toHaveLength(1)
  })

  test('forgets the step that is made again', () => {
    const { parts } = from(start, { type: 'start-step' }, { type: 'text-start', id: '1' }, { type: 'reset-step' })
    expect(parts).toEqual([{ type: 'step-start' }])
  })

  test('gathers its metadata', () => {
    const { metadata } = from(start, { type: 'finish', messageMetadata: { tokens: 3 } })
    expect(metadata).toEqual({ rekindle: { source: 'memory', ms: 0.1 }, tokens: 3 })
  })

  test('passes over what this page does not know', () => {
    expect(from(start, { type: 'data-weather', data: 1 } as unknown as Chunk).parts).toEqual([])
    expect(from(start, { type: 'tool-output-available', toolCallId: 'unheard', output: 1 }).parts).toEqual([])
  })
})
