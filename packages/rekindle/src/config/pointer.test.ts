import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertKey, encodeKey } from '../agent-key.ts'
import { fingerprintOf } from './fingerprint.ts'
import { decodePointer, encodePointer, maxPointerLength, type Pointer } from './pointer.ts'

const pointer: Pointer = {
  key: '{"agentId":"a"}',
  fingerprint: fingerprintOf('{}'),
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

  test('that is still sealed was sealed under a key that is not there', () => {
    expect(decodePointer('sealed1.2026-11.AAAA', pointer.key, '1')).toBe('sealed')
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
    ['a path for a fingerprint', changed({ f: '../'.repeat(14) + 'x' })],
    ['a clock that no double counts', text.replace('"c":1790000000000000', '"c":9007199254740993')],
    ['a clock of 1e300', changed({ c: 1e300 })],
    ['a clock before time', changed({ c: -1 })],
    ['a clock between two', changed({ c: 0.5 })],
    ['a freshness without end', text.replace('"u":1790000000000.5', '"u":1e999')],
    ['a freshness of nothing', changed({ u: null })],
    ['a freshness that is text', changed({ u: '1790000000000' })],
    ['nesting of 10 000 levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['after a byte order mark', `\ufeff${text}`],
    ['a hundred megabytes', text.replace('"t":[', `"t":["${'x'.repeat(100_000_000)}",`)],
    ['far too long', changed({ extra: 'x'.repeat(70_000) })],
  ])('that is %s is corrupt', (_, broken) => {
    expect(decodePointer(broken, pointer.key, '1')).toBe('corrupt')
  })

  test('is read by its fields, whatever else stands beside them, and reaches no prototype', () => {
    const more = text.replace('{', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"v":2,')
    expect(decodePointer(more, pointer.key, '1')).toEqual(pointer)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('holds the longest key that there may be, however it has to be escaped', () => {
    for (const unit of ['x', '"', '\\', '\0', '\ud800', '\u2028', 'é']) {
      const key = {
        agentId: unit.repeat(2_048),
        userId: unit.repeat(2_048),
        sessionId: unit.repeat(2_048),
        reasoning: unit.repeat(2_048),
      }
      assertKey(key)
      const encoded = encodeKey(key)
      const written = encodePointer({ ...pointer, key: encoded })
      expect(written.length).toBeLessThan(maxPointerLength)
      expect(decodePointer(written, encoded, '1')).toMatchObject({ key: encoded })
    }
  })

  test('is decided for any text, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (any) => {
        expect(typeof decodePointer(any, pointer.key, '1')).toBe('string')
      }),
    )
  })
})
