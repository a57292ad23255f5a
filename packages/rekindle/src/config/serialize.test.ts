import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFrozen } from './json.ts'
import { serialize } from './serialize.ts'

class Tool {
  name = 'search'
}
const cyclic: Record<string, unknown> = { name: 'loop' }
cyclic['child'] = { back: cyclic }
const sparse: unknown[] = []
sparse[0] = 1
sparse[2] = 3
const hiddenToJson = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => ({ admin: true }) })
const deep: unknown = Array.from({ length: 200 }).reduce((inner) => ({ inner }), {})

/** Answers each time it is asked in another way. */
const fickle = (...answers: unknown[]) => ({
  get text(): unknown {
    return answers.length > 1 ? answers.shift() : answers[0]
  },
})

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
    ['a toJSON that is not listed', { a: hiddenToJson }, '$.a.toJSON', 'a function'],
    ['a toJSON of an array', { a: Object.defineProperty([1], 'toJSON', { value: () => 2 }) }, '$.a.toJSON', 'a function'],
    ['nothing at all', undefined, '$', 'undefined'],
  ])('names the path of %s', (_, value, path, found) => {
    expect(serialize(value)).toEqual({ issue: { path, message: `JSON would lose ${found}` } })
  })

  test('names where nesting is too deep, instead of overflowing the stack', () => {
    expect(serialize(deep).issue).toEqual({ path: '$' + '.inner'.repeat(100), message: 'it is nested more than 100 levels deep' })
  })

  test('reports a getter that throws', () => {
    const config = {
      get model(): string {
        throw new Error('no')
      },
    }
    expect(serialize(config).issue?.message).toContain('cannot be read (Error: no)')
  })

  test('takes properties that are undefined as absent, and objects of another realm or without prototype as plain', () => {
    expect(serialize({ a: undefined, b: 1 }).text).toBe('{"b":1}')
    expect(serialize(vm.runInNewContext('({ a: [1, { b: 2 }] })')).text).toBe('{"a":[1,{"b":2}]}')
    expect(serialize(Object.assign(Object.create(null) as object, { a: 1 })).text).toBe('{"a":1}')
  })

  test('takes the same object at two places as no cycle', () => {
    const shared = { name: 'shared' }
    expect(serialize({ a: shared, b: [shared, shared] }).issue).toBeUndefined()
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
        const { text, parsed, issue } = serialize(value)
        if (text === undefined) expect(issue?.path).toMatch(/^\$/)
        else expect(normal(parsed.value)).toEqual(normal(value))
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
        expect(serialize(parseFrozen(text!)?.value).text).toBe(text)
      }),
    )
  })

  test.each<[string, unknown, string, string]>([
    ['a text', { a: ['', 'x'.repeat(1_048_576)] }, '$.a[1]', 'the JSON up to here has more than 1048576 characters'],
    [
      'a name',
      { a: { ['n'.repeat(1_048_576)]: 1 } },
      `$.a["${'n'.repeat(60)}…"]`,
      'the JSON up to here has more than 1048576 characters',
    ],
    ['a text, once it is escaped', { a: '\0'.repeat(500_000) }, '$', 'its JSON has 3000008 characters, more than 1048576'],
    ['a list', { a: Array.from({ length: 1_000_000 }).fill(0) }, '$.a[99998]', 'there are more than 100000 values up to here'],
    [
      'a list of nothing',
      { a: Array.from({ length: 150_000 }, () => ({})) },
      '$.a[99998]',
      'there are more than 100000 values up to here',
    ],
  ])('names where %s is too large, without going any further', (_, value, path, message) => {
    expect(serialize(value)).toEqual({ issue: { path, message } })
  })

  test('takes as many values and characters as it says', () => {
    expect(serialize(Array.from({ length: 99_999 }).fill(0)).text).toHaveLength(199_999)
    expect(serialize('x'.repeat(1_048_574)).text).toHaveLength(1_048_576)
    expect(serialize('x'.repeat(1_048_575)).text).toBeUndefined()
  })

  test('takes nothing that reads differently the second time, be it deep, endless or another number', () => {
    const nested = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown
    for (const second of [nested, cyclic, 1n, 'x'.repeat(1_100_000)]) {
      const { text, issue } = serialize(fickle('fine', second))
      expect([text, issue?.path]).toEqual([undefined, '$'])
    }
  })

  test('takes what a well-behaved proxy says, and one that throws or lists its properties oddly for a loss', () => {
    const target = { b: 1, a: [true] }
    expect(serialize(new Proxy(target, {})).text).toBe('{"b":1,"a":[true]}')
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    expect(serialize({ a: revoked.proxy }).issue?.message).toMatch(/^it holds a value that cannot be read \(TypeError/)
    // In an order in which no object would give them back.
    const odd = new Proxy({ x: 1, 1: 2 }, { ownKeys: () => ['x', '1'] })
    expect(serialize(odd).issue).toEqual({ path: '$', message: 'it is not the same whenever it is read' })
  })

  test('takes names of the language for names like any other', () => {
    const config = { constructor: { prototype: 1 }, hasOwnProperty: 'x', toString: null, length: 2 }
    expect(serialize(config).parsed?.value).toEqual(config)
  })
})

/** JSON has no negative zero, and absent is what `undefined` means in an object. `toEqual` sees to the latter. */
function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, normal(child)]))
}
