import { describe, expect, test } from 'vitest'
import { freezeDeep, parseFrozen } from './json.ts'

describe('parseFrozen', () => {
  test('freezes every level', () => {
    const value = parseFrozen('{"a":[{"b":{}}]}')?.value as { a: [{ b: object }] }
    expect([value, value.a, value.a[0], value.a[0].b].every(Object.isFrozen)).toBe(true)
  })

  test.each([
    ['nothing', ''],
    ['half an object', '{'],
    ['a word', 'undefined'],
    ['something after the end', '{"a":1}x'],
    ['a prototype', '{"__proto__":{"admin":true}}'],
    ['a prototype further down', '[{"a":{"__proto__":1}}]'],
    ['a prototype that is escaped', String.raw`{"\u005f_proto__":{"admin":true}}`],
    ['nesting without end', '['.repeat(100_000)],
    ['nesting of 10 000 levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['nesting of 101 levels', '['.repeat(101) + ']'.repeat(101)],
    ['a property that comes twice', '{"a":1,"a":2}'],
    ['an infinity', '{"a":1e999}'],
    ['a number that is no double', '[9007199254740993]'],
    ['a negative zero', '[-0]'],
    ['white space', '{ "a":1}'],
    ['half a surrogate pair', '["\ud800"]'],
    ['an escape that is not needed', String.raw`["\u0041"]`],
    ['a NUL', '["\0"]'],
    ['a byte order mark', '\ufeff{}'],
    ['a list of a million', `[${'0,'.repeat(999_999)}0]`],
    ['too many empty objects', `[${'{},'.repeat(149_999)}{}]`],
    ['a hundred megabytes', `"${'x'.repeat(100_000_000)}"`],
  ])('refuses %s', (_, text) => {
    const started = performance.now()
    expect(parseFrozen(text)).toBeUndefined()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    // Some ten milliseconds, as a rule. A second means that a limit is not one.
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test.each([
    '{"constructor":{"prototype":{"admin":true}},"toString":1,"hasOwnProperty":2}',
    String.raw`["\ud800","\u0000","\ufeff😀"]`.replace(String.raw`\ufeff`, '\ufeff'),
    '[1e+21,5e-324,1.7976931348623157e+308,0.1,-1]',
    '['.repeat(100) + ']'.repeat(100),
  ])('reads %.60s', (text) => {
    expect(JSON.stringify(parseFrozen(text)?.value)).toBe(text)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('knows that many small objects take more room than their text', () => {
    const dense = `[${'{},'.repeat(9_999)}{}]`
    expect(parseFrozen(dense)!.size).toBeGreaterThan(15 * dense.length)
    expect(parseFrozen(`"${'x'.repeat(30_000)}"`)!.size).toBeLessThan(31_000)
  })
})

describe('freezeDeep', () => {
  test('leaves alone what the application put into a config and does not own', () => {
    const date = new Date(0)
    const config = { inner: { date } }
    freezeDeep(config)
    expect([Object.isFrozen(config.inner), Object.isFrozen(date)]).toEqual([true, false])
  })

  test('ends in a cycle, and in what is too deep', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = [cyclic]
    freezeDeep(cyclic)
    freezeDeep(Array.from({ length: 100_000 }).reduce((inner) => ({ inner }), {}))
    expect(Object.isFrozen(cyclic)).toBe(true)
  })
})
