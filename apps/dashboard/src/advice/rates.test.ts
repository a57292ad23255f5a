import type { Prediction } from 'rekindle/advisor'
import { expect, test } from 'vitest'
import { measuredRates, strengths } from './rates.ts'

test('what has been counted is divided as predictions are: config hits by what memory did not serve', () => {
  expect(measuredRates({ memory: 80, config: 15, build: 5 })).toEqual({
    memoryHitRate: 0.8,
    configHitRate: 0.75,
    withoutBuild: 0.95,
  })
  expect(measuredRates({ memory: 3, config: 0, build: 0 })).toMatchObject({ configHitRate: undefined, withoutBuild: 1 })
  expect(measuredRates({ memory: 0, config: 0, build: 0 }).memoryHitRate).toBeUndefined()
})

test('colours tell ten times fewer misses apart wherever on the scale, and a grid of one value has one colour', () => {
  const row = (...rates: number[]) => rates.map((withoutBuild) => ({ withoutBuild }) as Prediction)
  const [[none, some, most]] = strengths([row(0, 0.9, 0.99)], 'withoutBuild') as [[number, number, number]]
  expect([none, most]).toEqual([0, 1])
  expect(some).toBeCloseTo(0.5)
  expect(strengths([row(0.5), row(0.5)], 'withoutBuild')).toEqual([[1], [1]])
})
