import { expect, it } from 'vitest'
import { Series } from './series.ts'
import type { Reading } from './series.ts'

function reading(memory: number, more: Partial<Reading> = {}): Reading {
  const none = { count: 0, p50: 0, p99: 0, max: 0, sum: 0, histogram: [] }
  const latency = { memory: none, config: none, build: none }
  return { served: { memory, config: 0, build: 1 }, failed: 0, live: memory, inUse: 1, latency, ...more }
}

it('tells what happened in each step, not since the start', () => {
  const series = new Series({ stepMs: 5_000, length: 3 }, reading(10), 100_000)
  series.add(reading(14), 105_000)
  series.add(reading(20, { failed: 2 }), 110_000)
  expect(series.report()).toMatchObject({
    stepMs: 5_000,
    from: 100_000,
    memory: [4, 6],
    build: [0, 0],
    failed: [0, 2],
    live: [14, 20],
  })
})

it('gives the percentiles of what was measured in a step, and null where nothing was', () => {
  const measured = (histogram: readonly [number, number][]): Partial<Reading> => ({
    latency: { ...reading(0).latency, config: { count: 0, p50: 0, p99: 0, max: 0, sum: 0, histogram } },
  })
  const series = new Series({ stepMs: 5_000, length: 3 }, reading(0, measured([[1, 100]])), 0)
  series.add(
    reading(
      0,
      measured([
        [1, 100],
        [2.3456, 9],
        [64, 1],
      ]),
    ),
    5_000,
  )
  series.add(
    reading(
      0,
      measured([
        [1, 100],
        [2.3456, 9],
        [64, 1],
      ]),
    ),
    10_000,
  )
  const { p50, p99 } = series.report()
  expect({ p50: p50.config, p99: p99.config, memory: p50.memory }).toEqual({
    p50: [2.35, null],
    p99: [64, null],
    memory: [null, null],
  })
})

it('keeps the last steps only, and says when the oldest of them began', () => {
  const series = new Series({ stepMs: 5_000, length: 3 }, reading(0), 0)
  for (let step = 1; step <= 10; step++) series.add(reading(step * step), step * 5_000)
  expect(series.report()).toMatchObject({ from: 35_000, memory: [15, 17, 19] })
})
