import { expect, test } from 'vitest'
import { countSteps, spanSteps } from './axis-steps.ts'

test('spans are labelled at those that people think in', () => {
  expect(spanSteps(60_000, 3_600_000)).toEqual([60_000, 300_000, 900_000, 3_600_000])
  expect(spanSteps(70_000, 80_000)).toEqual([])
})

test('counts are labelled at 1, 2 and 5 of each power of ten', () => {
  expect(countSteps(8, 250)).toEqual([10, 20, 50, 100, 200])
  expect(countSteps(0, 2)).toEqual([1, 2])
})
