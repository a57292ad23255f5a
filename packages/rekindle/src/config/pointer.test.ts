import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePointer, encodePointer, type Pointer } from './pointer.ts'

const pointer: Pointer = {
  key: '{"agentId":"a"}',
  fingerprint: 'print',
  asOf: { history: 'h', clock: 1_790_000_000_000_000, unconfirmed: 0 },
  tags: ['model:gpt-x', '\ud800'],
  freshUntil: 1_790_000_000_000.5,
  configVersion: '1',
}
const text = encodePointer(pointer)
const changed = (changes: Record<string, unknown>) => JSON.stringify({ ...(JSON.parse(text) as object), ...changes })

describe('a pointer', () => {
  test('comes back as it was', () => {
    expect(decodePointer(text, pointer.key, '1')).toEqual(pointer)
  })

  test('of another key is foreign, of another version a mismatch', () => {
    expect(decodePointer(text, '{"agentId":"b"}', '1')).toBe('foreign')
    expect(decodePointer(text, pointer.key, '2')).toBe('version-mismatch')
    expect(decodePointer(changed({ v: 2 }), pointer.key, '1')).toBe('version-mismatch')
  })

  test.each([
    ['nothing', ''],
    ['no JSON', 'garbage'],
    ['cut short', text.slice(0, -5)],
    ['another JSON value', '[1,2]'],
    ['null', 'null'],
    ['a clock that is text', changed({ c: '5' })],
    ['tags that are no list', changed({ t: 'x' })],
    ['tags of numbers', changed({ t: [1] })],
    ['no fingerprint', changed({ f: undefined })],
    ['far too long', changed({ extra: 'x'.repeat(70_000) })],
  ])('that is %s is corrupt', (_, broken) => {
    expect(decodePointer(broken, pointer.key, '1')).toBe('corrupt')
  })

  test('is decided for any text, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (any) => {
        expect(typeof decodePointer(any, pointer.key, '1')).toBe('string')
      }),
    )
  })
})
