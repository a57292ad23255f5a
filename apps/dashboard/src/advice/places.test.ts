import type { CacheSettings } from 'rekindle'
import type { Prediction } from 'rekindle/advisor'
import { expect, test } from 'vitest'
import { knobs } from './knobs.ts'
import { nearestPlace, withCurrent } from './places.ts'

const now: CacheSettings = { configTtlMs: 60_000, liveTtlMs: 60_000, idleMs: 30_000, maxAgents: 1_000 }
const predicted = (changes: Partial<CacheSettings>) => ({ setting: { ...now, ...changes } }) as Prediction

test('the present setting is a point of each curve, once, in its place', () => {
  const sizes = (points: readonly Prediction[]) => points.map(({ setting }) => setting.maxAgents)
  const current = predicted({})
  const points = [predicted({ maxAgents: 10 }), predicted({ maxAgents: 2_000 })]
  expect(sizes(withCurrent(points, current, knobs.maxAgents))).toEqual([10, 1_000, 2_000])
  expect(sizes(withCurrent([...points, predicted({})], current, knobs.maxAgents))).toEqual([10, 1_000, 2_000])
})

test('a setting between the cells of a grid is near the one it differs from by the least factor', () => {
  const times = [10_000, 100_000]
  const rows = times.map((ms) => [20, 200].map((maxAgents) => predicted({ configTtlMs: ms, liveTtlMs: ms, maxAgents })))
  const varied = [knobs.configTtlMs, knobs.liveTtlMs, knobs.maxAgents]
  expect(nearestPlace(rows, varied, now)).toEqual({ row: 1, column: 1 })
  expect(nearestPlace(rows, varied, { ...now, configTtlMs: 20_000, liveTtlMs: 20_000, maxAgents: 30 })).toEqual({
    row: 0,
    column: 0,
  })
  expect(nearestPlace(rows, varied, { ...now, idleMs: 31_000 })).toBeUndefined()
  expect(nearestPlace([], varied, now)).toBeUndefined()
})
