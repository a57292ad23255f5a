import { describe, expect, test } from 'vitest'
import { type Episode, judge } from './episode.ts'
import type { MemoryReading } from './memory-reading.ts'

const heap = (usedBytes: number, collections: number = 0): MemoryReading => ({
  heap: { usedBytes, limitBytes: 1_000 },
  collections,
})

describe('agents are dropped', () => {
  test('from 85 % of the heap on, and from 90 % of the container', () => {
    expect([849, 850, 1_000].map((used) => judge('heap', heap(used), undefined))).toEqual(['calm', 'drop', 'drop'])
    const container = (usedBytes: number): MemoryReading => ({ container: { usedBytes, limitBytes: 1_000 }, collections: 0 })
    expect([899, 900].map((used) => judge('container', container(used), undefined))).toEqual(['calm', 'drop'])
    expect(judge('heap', container(900), undefined)).toBe('calm')
  })

  test('and then not again until there was a full collection, or use has grown by 1/64 of the limit', () => {
    const episode: Episode = { usedBytes: 850, collections: 3 }
    expect(judge('heap', heap(850, 3), episode)).toBe('wait')
    expect(judge('heap', heap(865, 3), episode)).toBe('wait')
    expect(judge('heap', heap(866, 3), episode)).toBe('drop')
    expect(judge('heap', heap(850, 4), episode)).toBe('drop')
    expect(judge('heap', heap(700, 4), episode)).toBe('drop')
    expect(judge('heap', heap(700, 3), episode)).toBe('wait')
  })

  test('until use is below what cannot have been garbage when it began: 70 %', () => {
    expect(judge('heap', heap(699, 4), { usedBytes: 850, collections: 3 })).toBe('calm')
    expect(judge('heap', heap(849, 4), undefined)).toBe('calm')
  })

  test('never where there is no limit, or none that makes sense', () => {
    for (const limitBytes of [0, -1, NaN, Infinity, 2 ** 64]) {
      expect(judge('heap', { heap: { usedBytes: 1e9, limitBytes }, collections: 0 }, undefined)).toBe('calm')
    }
    expect(judge('heap', { heap: { usedBytes: NaN, limitBytes: 1 }, collections: 0 }, undefined)).toBe('calm')
    expect(judge('heap', { collections: 0 }, { usedBytes: 1, collections: 0 })).toBe('calm')
  })
})
