import { expect, test } from 'vitest'
import type { Series } from './about.ts'
import { addUp } from './fleet-series.ts'

const none = [null, null, null]

function seriesFrom(from: number, more: Partial<Series> = {}): Series {
  const zeros = [0, 0, 0]
  const nothing = { memory: none, config: none, build: none }
  const counts = { memory: zeros, config: zeros, build: zeros, failed: zeros, live: zeros, inUse: zeros }
  return { stepMs: 5_000, from, ...counts, p50: nothing, p99: nothing, ...more }
}

test('workers that began at different times are added up step by step, as requests in a second', () => {
  const older = seriesFrom(100_000, { memory: [10, 20, 30], live: [1, 1, 1] })
  const younger = seriesFrom(105_000, { memory: [5, 5, 5], live: [2, 2, 2] })
  const { times, perSecond, live } = addUp([younger, older])
  expect(times).toEqual([100, 105, 110, 115])
  expect(perSecond.memory).toEqual([2, 5, 7, 1])
  expect(live).toEqual([1, 3, 3, 2])
})

test('clocks of machines that differ by less than half a step share their steps', () => {
  const { times, perSecond } = addUp([seriesFrom(100_000, { build: [5, 0, 0] }), seriesFrom(102_000, { build: [5, 0, 0] })])
  expect(times).toEqual([100, 105, 110])
  expect(perSecond.build).toEqual([2, 0, 0])
})

test('p50 leans to whoever served more; p99 is the slowest worker; a step without requests has neither', () => {
  const busy = { memory: [30, 0, 0], p50: { memory: [1, null, null], config: none, build: none } }
  const quiet = { memory: [10, 0, 0], p50: { memory: [5, null, null], config: none, build: none } }
  const slow = { p99: { memory: [9, null, null], config: none, build: none } }
  const fast = { p99: { memory: [2, null, null], config: none, build: none } }
  const { p50, p99 } = addUp([seriesFrom(0, { ...busy, ...fast }), seriesFrom(0, { ...quiet, ...slow })])
  expect(p50.memory).toEqual([2, null, null])
  expect(p99.memory).toEqual([9, null, null])
})

test('of a worker whose clock is far off, no more steps come than a page shows', () => {
  const { times } = addUp([seriesFrom(0), seriesFrom(1_000_000_000)], 120)
  expect(times).toHaveLength(120)
  expect(times.at(-1)).toBe(1_000_010)
})

test('without workers there are no steps', () => {
  expect(addUp([]).times).toEqual([])
})
