import { describe, expect, test } from 'vitest'
import { memoryReader, processMemory } from './process-memory.ts'

function reader() {
  const state = { oldBytes: 100, usedBytes: 150, containerBytes: 500, now: 0, containerReads: 0 }
  const read = memoryReader({
    readHeap: () => ({ usedBytes: state.usedBytes, oldBytes: state.oldBytes, limitBytes: 1_000 }),
    readContainer: () => {
      state.containerReads++
      return { usedBytes: state.containerBytes, limitBytes: 2_000 }
    },
    now: () => state.now,
  })
  return { state, read }
}

describe('the memory of a process', () => {
  test('is what its heap and its container say', () => {
    expect(reader().read()).toMatchObject({
      heap: { usedBytes: 150, limitBytes: 1_000 },
      container: { usedBytes: 500, limitBytes: 2_000 },
    })
  })

  test('has been through a full collection when the old generation got smaller, not when only the young one did', () => {
    const { state, read } = reader()
    expect(read().collections).toBe(0)
    state.usedBytes = 110
    expect(read().collections).toBe(0)
    state.oldBytes = 105
    expect(read().collections).toBe(0)
    state.oldBytes = 104
    expect([read().collections, read().collections]).toEqual([1, 1])
    state.oldBytes = 50
    expect(read().collections).toBe(2)
  })

  test('is read from the container’s files at most twice a second', () => {
    const { state, read } = reader()
    read()
    state.containerBytes = 900
    state.now = 499
    expect(read().container?.usedBytes).toBe(500)
    state.now = 500
    expect(read().container?.usedBytes).toBe(900)
    expect(state.containerReads).toBe(2)
  })

  test('has no limits where they cannot be read', () => {
    const refuse = () => {
      throw new Error('ENOSYS: no such call here')
    }
    expect(memoryReader({ readHeap: refuse, readContainer: refuse, now: () => 0 })()).toEqual({ collections: 0 })
  })

  test('can be read here', () => {
    expect(processMemory().heap!.usedBytes).toBeGreaterThan(0)
  })
})
