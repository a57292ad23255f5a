import { getHeapSpaceStatistics } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { heapLimit, readHeap } from './heap-memory.ts'

const mib = 1_048_576

describe('the limit of the heap', () => {
  test('is V8’s, unless the old generation was given less', () => {
    expect(heapLimit(4_288 * mib, '', undefined)).toBe(4_288 * mib)
    expect(heapLimit(256 * mib, '--max-old-space-size=64', undefined)).toBe(64 * mib)
    expect(heapLimit(256 * mib, '--inspect --max_old_space_size=64 --title=x', undefined)).toBe(64 * mib)
    expect(heapLimit(4_288 * mib, '--max-old-space-size=9000', undefined)).toBe(4_288 * mib)
  })

  test('is the one given last', () => {
    expect(heapLimit(4_288 * mib, '--max-old-space-size=64 --max-old-space-size=128', undefined)).toBe(128 * mib)
  })

  test('is a worker thread’s own', () => {
    expect(heapLimit(292 * mib, '', 100)).toBe(100 * mib)
  })

  test('is not misled by what only looks like it, or says nothing', () => {
    for (const flags of ['--max-old-space-size-percentage=10', '--max-old-space-size=0', '--max-old-space-size=']) {
      expect(heapLimit(2_602 * mib, flags, undefined)).toBe(2_602 * mib)
    }
  })
})

test('the heap of this thread can be read', () => {
  const { usedBytes, oldBytes, limitBytes } = readHeap()
  expect(oldBytes).toBeGreaterThan(mib)
  expect(usedBytes).toBeGreaterThan(oldBytes)
  expect(limitBytes).toBeGreaterThan(usedBytes)
})

test('of the heap of this thread, what only a full collection shrinks is all but the spaces for new objects', () => {
  const { usedBytes, oldBytes } = readHeap()
  const young = getHeapSpaceStatistics().filter(({ space_name: name }) => name.startsWith('new_'))
  const youngBytes = young.reduce((sum, { space_used_size: used }) => sum + used, 0)
  // Between the two looks little is allocated.
  expect(Math.abs(usedBytes - oldBytes - youngBytes)).toBeLessThan(mib)
})
