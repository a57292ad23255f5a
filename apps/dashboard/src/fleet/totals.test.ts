import { expect, test } from 'vitest'
import type { AgentCacheStats, LatencyHistogram } from 'rekindle'
import { firstSightings, latencyOf, totalsOf, totalsSince } from './totals.ts'

function reading(worker: string, memory: number, histogram: LatencyHistogram) {
  const latency = { count: 0, p50: 0, p99: 0, max: 0, histogram }
  const stats = {
    served: { memory, config: 1, build: 1 },
    created: { config: 1, build: 1, unchanged: 0 },
    failed: 0,
    live: 1,
    idle: 1,
    inUse: 0,
    waiting: 0,
    building: 0,
    latency: { memory: latency, config: latency, build: latency },
  } as unknown as AgentCacheStats
  return { worker, stats }
}

test("a fleet's percentile is that of all requests, not a mean of the workers' percentiles", () => {
  const fast = reading('fast', 0, [[1, 99]])
  const slow = reading('slow', 0, [[64, 1]])
  expect(latencyOf([fast, slow], 'memory')).toEqual({ p50: 1, p99: 1 })
  expect(latencyOf([slow], 'memory')).toEqual({ p50: 64, p99: 64 })
})

test('between two readings only what was measured in between counts', () => {
  const before = reading('one', 10, [[1, 1_000]])
  const now = reading('one', 14, [
    [1, 1_000],
    [8, 4],
  ])
  expect(latencyOf([now], 'memory', [before])).toEqual({ p50: 8, p99: 8 })
  expect(latencyOf([before], 'memory', [before])).toBeUndefined()
  expect(totalsSince([now], [before])).toEqual({ served: { memory: 4, config: 0, build: 0 }, requests: 4, failed: 0 })
})

test('a worker that has begun since counts with all it has, one that began anew never backwards', () => {
  const { served } = totalsSince([reading('new', 5, []), reading('again', 1, [])], [reading('again', 9, [])])
  expect(served).toEqual({ memory: 5, config: 1, build: 1 })
  expect(totalsOf([reading('new', 5, []), reading('again', 1, [])])).toMatchObject({ requests: 10, live: 2, builds: 2 })
})

test('a worker that was silent at first is counted from when it was seen', () => {
  const [loud, before, after] = [reading('loud', 1, []), reading('shy', 100, []), reading('shy', 103, [])]
  const first = firstSightings([[loud], [loud, before], [loud, after]])
  expect(totalsSince([loud, after], first).served.memory).toBe(3)
})
