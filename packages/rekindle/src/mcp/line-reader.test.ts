import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader, maxLineBytes } from './line-reader.ts'

test('lines are the same however they come in pieces', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', 'ü', '😀') })
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
      const lines: string[] = []
      const reader = new LineReader((line) => lines.push(line))
      const bytes = Buffer.from(whole)
      const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
      for (const [index, from] of places.entries()) expect(reader.add(bytes.subarray(from, places[index + 1]))).toBe(true)
      expect(lines).toEqual(whole.split('\n').slice(0, -1))
    }),
  )
})

test('a line that does not end is given up', () => {
  const lines: string[] = []
  const reader = new LineReader((line) => lines.push(line))
  const piece = Buffer.alloc(65_536, 'x')
  let given = 0
  while (reader.add(piece)) given += piece.length
  expect(given).toBe(maxLineBytes)
  expect(reader.add(Buffer.from('next\n'))).toBe(true)
  expect(lines).toEqual(['next'])
})
