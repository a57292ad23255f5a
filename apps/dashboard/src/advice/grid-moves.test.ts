import { expect, test } from 'vitest'
import { placeAfter } from './grid-moves.ts'

test.each([
  ['ArrowRight', { row: 1, column: 2 }],
  ['ArrowLeft', { row: 1, column: 0 }],
  ['ArrowUp', { row: 0, column: 1 }],
  ['ArrowDown', { row: 2, column: 1 }],
  ['Home', { row: 1, column: 0 }],
  ['End', { row: 1, column: 3 }],
  ['Tab', undefined],
])('%s leads from the second cell of the second row to %j', (key, place) => {
  expect(placeAfter(key, { row: 1, column: 1 }, 3, 4)).toEqual(place)
})

test('no key leads out of the grid', () => {
  for (const key of ['ArrowRight', 'ArrowDown'])
    expect(placeAfter(key, { row: 0, column: 0 }, 1, 1)).toEqual({ row: 0, column: 0 })
  for (const key of ['ArrowLeft', 'ArrowUp']) expect(placeAfter(key, { row: 0, column: 0 }, 1, 1)).toEqual({ row: 0, column: 0 })
})
