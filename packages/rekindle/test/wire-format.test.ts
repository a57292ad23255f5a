import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type AgentKey, encodeKey, keyFields, projectKey } from '../src/agent-key.ts'
import { fingerprintOf, storeIdOf } from '../src/config/fingerprint.ts'
import { decodePointer, encodePointer } from '../src/config/pointer.ts'

interface Entry {
  readonly key: AgentKey
  readonly id: string
  readonly pointer: string
  readonly fingerprint: string
  readonly blob: string
}

describe('an entry written by version 0.1.0', () => {
  const fixture = readFileSync(new URL('fixtures/wire-format-1.json', import.meta.url), 'utf8')
  const { key, id, pointer, fingerprint, blob } = JSON.parse(fixture) as Entry
  const encoded = encodeKey(projectKey(key, keyFields))

  test('is looked for under the same name', () => {
    expect(storeIdOf(encoded, '1')).toBe(id)
    expect(fingerprintOf(blob)).toBe(fingerprint)
  })

  test('is read as what it was', () => {
    expect(decodePointer(pointer, encoded, '1')).toEqual({
      key: encoded,
      fingerprint,
      asOf: { history: '0b9cf2a1-7c1e-4c57-9d2d-3b8f1c1f1b11', clock: 1_795_400_000_000_001, unconfirmed: 0 },
      tags: ['model:openai:gpt-6-luna'],
      freshUntil: 1_795_403_600_000.25,
      configVersion: '1',
    })
  })

  test('would be written the same today', () => {
    const decoded = decodePointer(pointer, encoded, '1')
    expect(typeof decoded === 'object' && encodePointer(decoded)).toBe(pointer)
  })
})
