import { expect, test } from 'vitest'
import { stacked } from './stacked.ts'

test('values are piled up, and a gap adds nothing', () => {
  const [low, high] = stacked([
    [1, 2, null],
    [1, null, 3],
  ])
  expect(low).toEqual([1, 2, 0])
  expect(high).toEqual([2, 2, 3])
})
