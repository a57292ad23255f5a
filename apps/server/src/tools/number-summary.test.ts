import { expect, it } from 'vitest'
import { summarizeNumbers } from './number-summary.ts'

it('describes numbers without showing rounding errors', () => {
  expect(summarizeNumbers([8, 3, 5])).toEqual({
    count: 3,
    sum: 16,
    mean: 5.33333333333333,
    median: 5,
    min: 3,
    max: 8,
    quartiles: [4, 6.5],
    standardDeviation: 2.51661147842,
  })
  expect(summarizeNumbers([0.1, 0.2]).sum).toBe(0.3)
})

it('keeps the spread of large numbers that are close together', () => {
  expect(summarizeNumbers([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).standardDeviation).toBeCloseTo(Math.sqrt(30), 9)
})

it('has no deviation for one value, and refuses none or too large ones', () => {
  expect(summarizeNumbers([4])).toMatchObject({ mean: 4, median: 4, quartiles: [4, 4], standardDeviation: null })
  expect(() => summarizeNumbers([])).toThrow('There are no numbers to summarise.')
  expect(() => summarizeNumbers([1e300])).toThrow('Numbers must lie between')
  expect(() => summarizeNumbers([Number.NaN])).toThrow('Numbers must lie between')
})
