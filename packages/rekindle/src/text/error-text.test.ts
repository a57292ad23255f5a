import { describe, expect, test } from 'vitest'
import { listIssues, listNames, shown, textOf } from './error-text.ts'

const long = 'x'.repeat(1_000_000)

describe('texts of messages', () => {
  test('name things as one would write them', () => {
    expect(listNames([])).toBe('none')
    expect(listNames(['a', "it's"])).toBe(`'a', "it's"`)
    expect(listIssues([{ path: '$.a', message: 'expected a string' }])).toBe('$.a: expected a string')
    expect(textOf(new Error('no'))).toBe('Error: no')
  })

  test('are short, however much there is to name', () => {
    const many = Array.from({ length: 100_000 }, () => long)
    expect(listNames(many)).toMatch(/ and 99980 more$/)
    const issues = many.map((message) => ({ path: '$', message }))
    expect(listIssues(issues)).toMatch(/ and 99980 more$/)
    const texts = [
      listNames(many),
      listIssues(issues),
      textOf(new Error(long)),
      textOf(long),
      shown(long),
      shown(many),
      shown({ long }),
    ]
    for (const text of texts) expect(text.length).toBeLessThan(6_000)
  })

  test('are made of whatever was thrown', () => {
    for (const odd of [undefined, null, Symbol('s'), Object.create(null), { toString: () => ({}) }]) {
      expect(typeof textOf(odd)).toBe('string')
    }
  })
})
