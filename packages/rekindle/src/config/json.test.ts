import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freezeDeep, parseFrozen, serialize } from './json.ts'

class Tool {
  name = 'search'
}
const cyclic: Record<string, unknown> = { name: 'loop' }
cyclic['child'] = { back: cyclic }
const sparse: unknown[] = []
sparse[0] = 1
sparse[2] = 3
const deep: unknown = Array.from({ length: 200 }).reduce((inner) => ({ inner }), {})

describe('serialize', () => {
  test.each<[string, unknown, string, string]>([
    ['a function', { tools: [{}, { run: () => 1 }] }, '$.tools[1].run', 'a function'],
    ['a class instance', { tool: new Tool() }, '$.tool', 'an instance of Tool'],
    ['a Date', { at: new Date(0) }, '$.at', 'a Date'],
    ['a Map', { headers: new Map() }, '$.headers', 'a Map'],
    ['a Set', { tags: new Set() }, '$.tags', 'a Set'],
    ['a RegExp', { match: /x/ }, '$.match', 'a RegExp'],
    ['a Buffer', { image: Buffer.from('x') }, '$.image', 'an instance of Buffer'],
    ['a Promise', { model: Promise.resolve() }, '$.model', 'a Promise (was an await forgotten?)'],
    ['a BigInt', { max: 10n }, '$.max', 'a BigInt'],
    ['a symbol', { kind: Symbol('x') }, '$.kind', 'a symbol'],
    ['NaN', { temperature: Number.NaN }, '$.temperature', 'NaN'],
    ['an infinity', { limits: [Infinity] }, '$.limits[0]', 'Infinity'],
    ['undefined in an array', { list: [1, undefined] }, '$.list[1]', 'undefined'],
    ['a hole in an array', { list: sparse }, '$.list[1]', 'undefined'],
    ['a named property of an array', { list: Object.assign([1], { extra: 2 }) }, '$.list.extra', 'a named property of an array'],
    ['a property named by a symbol', { [Symbol('s')]: 1 }, '$[Symbol(s)]', 'a property named by a symbol'],
    ['a cycle', cyclic, '$.child.back', 'a cycle: a reference to one of its own ancestors'],
    ['an own __proto__', JSON.parse('{"a":{"__proto__":{"admin":true}}}'), '$.a.__proto__', 'a property named __proto__'],
    ['an odd name', { 'my key': { 'a"b': () => 1 } }, '$["my key"]["a\\"b"]', 'a function'],
    ['nothing at all', undefined, '$', 'undefined'],
  ])('names the path of %s', (_, value, path, found) => {
    expect(serialize(value)).toEqual({ loss: { path, found } })
  })

  test('names where nesting is too deep, instead of overflowing the stack', () => {
    const { loss } = serialize(deep)
    expect(loss?.found).toBe('more than 100 levels of nesting')
  })

  test('reports a getter that throws', () => {
    const config = {
      get model(): string {
        throw new Error('no')
      },
    }
    expect(serialize(config).loss?.found).toContain('cannot be read (Error: no)')
  })

  test('takes properties that are undefined as absent, and objects of another realm or without prototype as plain', () => {
    expect(serialize({ a: undefined, b: 1 }).text).toBe('{"b":1}')
    expect(serialize(vm.runInNewContext('({ a: [1, { b: 2 }] })')).text).toBe('{"a":[1,{"b":2}]}')
    expect(serialize(Object.assign(Object.create(null) as object, { a: 1 })).text).toBe('{"a":1}')
  })

  test('takes the same object at two places as no cycle', () => {
    const shared = { name: 'shared' }
    expect(serialize({ a: shared, b: [shared, shared] }).loss).toBeUndefined()
  })

  test('accepts exactly what comes back from JSON as it was, and names a loss for all else', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withUnicodeString: true,
    })
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anything), (value) => {
        const { text, loss } = serialize(value)
        if (text === undefined) expect(loss?.path).toMatch(/^\$/)
        else expect(normal(parseFrozen(text))).toEqual(normal(value))
      }),
      { numRuns: 3_000 },
    )
  })

  test('gives every JSON value back, and the same text for it the second time', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__"'))
        const { text } = serialize(value)
        expect(text).toBeDefined()
        expect(serialize(parseFrozen(text!)).text).toBe(text)
      }),
    )
  })
})

/** JSON has no negative zero, and absent is what `undefined` means in an object. `toEqual` sees to the latter. */
function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, normal(child)]))
}

describe('parseFrozen', () => {
  test('freezes every level', () => {
    const value = parseFrozen('{"a":[{"b":{}}]}') as { a: [{ b: object }] }
    expect([value, value.a, value.a[0], value.a[0].b].every(Object.isFrozen)).toBe(true)
  })

  test.each(['', '{', 'undefined', '{"a":1}x', '{"__proto__":{"admin":true}}', '[{"a":{"__proto__":1}}]', '['.repeat(100_000)])(
    'refuses the text %.30s',
    (text) => {
      expect(parseFrozen(text)).toBeUndefined()
      expect(({} as { admin?: boolean }).admin).toBeUndefined()
    },
  )

  test('leaves alone what the application put into a config and does not own', () => {
    const date = new Date(0)
    expect(freezeDeep({ date })).toBe(true)
    expect(Object.isFrozen(date)).toBe(false)
  })
})
