import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentKey, assertKey, encodeKey, inOrder, type KeyField, keyFields, projectKey } from './agent-key.ts'
import { InvalidKeyError } from './errors.ts'

/** Ids as users and attackers write them: delimiters, quotes, lone surrogates, the encoding's own output, nothing at all. */
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ':', '|', '","userId":"', '\\', '"', '\0', '\ud800', '\udc00', '\ufffd', '1', 'true', 'null', '*', '{}'),
  fc.array(fc.constantFrom('a', ':', '\ud800', '\udc00', '"', '\\'), { maxLength: 3 }).map((parts) => parts.join('')),
)
const reasoning = fc.oneof(fc.boolean(), fc.constantFrom('true', 'false', 'high', ''))
const agentKey: fc.Arbitrary<AgentKey> = fc.record({ agentId: id, userId: id, sessionId: id, reasoning })

const same = (a: AgentKey, b: AgentKey) => keyFields.every((field) => a[field] === b[field])
const encode = (key: AgentKey, scope: readonly KeyField[] = keyFields) => encodeKey(projectKey(key, inOrder(scope)))

describe('an encoded key', () => {
  test('is the same for the same key and differs for any other', () => {
    fc.assert(
      fc.property(agentKey, agentKey, (a, b) => {
        expect(encode(a) === encode(b)).toBe(same(a, b))
      }),
      { numRuns: 5_000 },
    )
  })

  test('differs when a piece of one field moves to the next', () => {
    fc.assert(
      fc.property(agentKey, id, (key, piece) => {
        fc.pre(piece !== '')
        const left = { ...key, agentId: key.agentId + piece }
        const right = { ...key, userId: piece + key.userId }
        expect(encode(left)).not.toBe(encode(right))
      }),
    )
  })

  test('survives UTF-8, in which lone surrogates would all look alike', () => {
    fc.assert(
      fc.property(agentKey, (key) => {
        const encoded = encode(key)
        expect(Buffer.from(encoded, 'utf8').toString('utf8')).toBe(encoded)
        expect(JSON.parse(encoded)).toEqual({ ...key })
      }),
    )
  })

  test('does not depend on the order in which the caller wrote the fields', () => {
    const key: AgentKey = { reasoning: true, sessionId: 's', userId: 'u', agentId: 'a' }
    expect(encode(key)).toBe('{"agentId":"a","userId":"u","sessionId":"s","reasoning":true}')
  })

  test('of one scope is never taken for one of another', () => {
    const scopes = fc.uniqueArray(fc.constantFrom<KeyField>(...keyFields), { minLength: 1 })
    fc.assert(
      fc.property(agentKey, agentKey, scopes, scopes, (a, b, one, other) => {
        fc.pre([...one].sort().join() !== [...other].sort().join())
        expect(encode(a, one)).not.toBe(encode(b, other))
      }),
    )
  })
})

describe('assertKey', () => {
  test('accepts every four-part key', () => {
    fc.assert(
      fc.property(agentKey, (key) => {
        assertKey(key)
      }),
    )
  })

  test.each([
    ['agentId', 42, 'Write String(42)'],
    ['userId', undefined, 'got undefined'],
    ['sessionId', null, 'got null'],
    ['sessionId', { id: 1 }, 'must be a string'],
    ['reasoning', 1, 'a boolean or a string'],
    ['userId', true, 'must be a string'],
  ] as const)('refuses a key whose %s is %o, naming the field', (field, value, hint) => {
    const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: false, [field]: value }
    const error = thrownBy(() => assertKey(key as never))
    expect(InvalidKeyError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ code: 'REKINDLE_INVALID_KEY', field })
    expect(String(error)).toContain(field)
    expect(String(error)).toContain(hint)
  })

  test('takes 8192 characters in all, and names the field that makes a longer key so long', () => {
    const key = { agentId: 'a', userId: 'u'.repeat(8_189), sessionId: 's', reasoning: 'r' }
    assertKey(key)
    assertKey({ ...key, reasoning: true })
    const error = thrownBy(() => assertKey({ ...key, sessionId: 'ss' }))
    expect(error).toMatchObject({ code: 'REKINDLE_INVALID_KEY', field: 'userId' })
    expect(String(error)).toContain('userId makes an agent key of 8193 characters; it may have 8192.')
    for (const field of keyFields) {
      const long = thrownBy(() => assertKey({ agentId: '', userId: '', sessionId: '', reasoning: '', [field]: 'x'.repeat(5e6) }))
      expect(long).toMatchObject({ field })
      expect(String(long).length).toBeLessThan(200)
    }
  })

  test('repeats nothing long in its messages', () => {
    for (const value of ['x'.repeat(1e6), Array.from({ length: 1e5 }).fill('x'), { a: 'x'.repeat(1e6) }]) {
      expect(String(thrownBy(() => assertKey(value as never))).length).toBeLessThan(1_000)
      const nested = { agentId: [value], userId: '', sessionId: '', reasoning: '' }
      expect(String(thrownBy(() => assertKey(nested as never))).length).toBeLessThan(1_000)
    }
  })

  test.each([undefined, null, 'key', 7])('refuses %o as a key', (value) => {
    expect(InvalidKeyError.isInstance(thrownBy(() => assertKey(value as never)))).toBe(true)
  })
})

function thrownBy(call: () => void): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
