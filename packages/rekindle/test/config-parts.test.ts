import { describe, expect, test } from 'vitest'
import { maxConfigLength } from '../src/config/config-limits.ts'
import { fingerprintOf } from '../src/config/fingerprint.ts'
import { freshFor, freshnessAt } from '../src/config/freshness.ts'
import { InternedConfigs } from '../src/config/interned-configs.ts'
import { freshUntilOf, isAhead, judgeBlob, judgePointer } from '../src/config/judgement.ts'
import type { Pointer } from '../src/config/pointer.ts'
import type { StandardSchema } from '../src/config/standard-schema.ts'
import { validate } from '../src/config/validate.ts'
import { InvalidationView } from '../src/invalidation/view.ts'
import { keyOf } from './test-agents.ts'

describe('configs that are kept by their fingerprint', () => {
  const present = (configs: InternedConfigs<string>) => ['a', 'b', 'c', 'd'].filter((name) => configs.sizeOf(name) !== undefined)

  test('are so many at most: the one not used for longest goes, and being asked for its size is no use', () => {
    const configs = new InternedConfigs<string>(2, 100)
    configs.set('a', 'config a', 1)
    configs.set('b', 'config b', 1)
    expect(configs.get('a')).toEqual({ config: 'config a', fingerprint: 'a', size: 1 })
    configs.sizeOf('b')
    configs.set('c', 'config c', 1)
    expect([present(configs), configs.size, configs.get('b')]).toEqual([['a', 'c'], 2, undefined])
  })

  test('are so large at most, together', () => {
    const configs = new InternedConfigs<string>(10, 100)
    configs.set('a', 'config a', 60)
    configs.set('b', 'config b', 40)
    expect(present(configs)).toEqual(['a', 'b'])
    configs.set('c', 'config c', 1)
    expect(present(configs)).toEqual(['b', 'c'])
  })

  test('count for nothing once they are gone, or replaced', () => {
    const configs = new InternedConfigs<string>(10, 100)
    configs.set('a', 'config a', 90)
    configs.delete('a')
    configs.delete('a')
    configs.set('b', 'config b', 90)
    configs.set('b', 'config b', 50)
    configs.set('c', 'config c', 50)
    expect(present(configs)).toEqual(['b', 'c'])
    expect(configs.sizeOf('b')).toBe(50)
  })

  test('are frozen, be they what the schema made of them', () => {
    const configs = new InternedConfigs<{ list: string[] }>(10, 100)
    const made = { list: ['x'] }
    expect(configs.take('a', made, { value: { list: 'x' }, size: 12 }).config).toBe(made)
    expect([Object.isFrozen(made), Object.isFrozen(made.list), configs.sizeOf('a')]).toEqual([true, true, 12])
  })
})

describe('freshness', () => {
  const windows = { staleWhileRevalidateMs: 10, staleIfErrorMs: 20 }

  test.each([
    [99, 'fresh'],
    [100, 'stale-while-revalidate'],
    [109, 'stale-while-revalidate'],
    [110, 'stale-if-error'],
    [119, 'stale-if-error'],
    [120, 'expired'],
  ])('ends at its time, to the millisecond, as do the windows after it: at %i', (now, freshness) => {
    expect(freshnessAt(now, 100, windows)).toBe(freshness)
  })

  test('is only ever shortened by jitter', () => {
    expect([0, 0.5, 1].map((random) => freshFor(1_000, 0.1, () => random))).toEqual([1_000, 950, 900])
  })
})

describe('a pointer', () => {
  const view = new InvalidationView('h')
  const rules = { staleWhileRevalidateMs: 0, staleIfErrorMs: 0, longestTtlMs: 1_000 }
  const pointerTo = (freshUntil: number, clock = 0): Pointer => ({
    key: 'k',
    configVersion: '1',
    fingerprint: fingerprintOf('{}'),
    asOf: { history: 'h', clock, unconfirmed: 0 },
    tags: [],
    freshUntil,
  })

  test('that says it is fresh for longer than any may be, by more than clocks differ, is taken for old', () => {
    const judge = (freshUntil: number) => judgePointer(pointerTo(freshUntil), keyOf(), view, 0, rules)
    expect([judge(61_000), judge(61_001)]).toEqual(['fresh', 'expired'])
    expect([500, 61_000].map((freshUntil) => freshUntilOf(pointerTo(freshUntil), 0, rules))).toEqual([500, 1_000])
  })

  test('is ahead of what is known only in the same history', () => {
    const latest = { history: 'h', clock: 5, unconfirmed: 0 }
    expect([5, 6].map((clock) => isAhead(pointerTo(0, clock).asOf, latest))).toEqual([false, true])
    expect(isAhead({ ...latest, history: 'g', clock: 9 }, latest)).toBe(false)
  })
})

describe('a stored config', () => {
  const schema = (validateIt: (value: unknown) => unknown) =>
    ({ '~standard': { version: 1, vendor: 'test', validate: validateIt } }) as StandardSchema<unknown>

  test('may be as long as a config may be, and no longer', async () => {
    const text = `"${'x'.repeat(maxConfigLength - 2)}"`
    expect((await judgeBlob(text, fingerprintOf(text), undefined)).refusal).toBe(undefined)
    const longer = `"${'x'.repeat(maxConfigLength - 1)}"`
    expect(await judgeBlob(longer, fingerprintOf(longer), undefined)).toEqual({ refusal: 'corrupt' })
  })

  test.each([
    ['absent', undefined, '{}'],
    ['sealed', 'sealed.x', 'sealed.x'],
    ['corrupt', '{}', '[]'],
    ['corrupt', '{', '{'],
  ])('is %s: %s', async (refusal, text, named) => {
    expect(await judgeBlob(text, fingerprintOf(named), undefined)).toEqual({ refusal })
  })

  test('that the schema refuses says where and why, be it by throwing', async () => {
    const issues = [{ message: 'is none', path: ['tools', 2, { key: 'a b' }] }, { message: 'is too little' }]
    expect(
      await validate(
        schema(() => ({ issues })),
        {},
      ),
    ).toEqual({
      issues: [
        { path: '$.tools[2]["a b"]', message: 'is none' },
        { path: '$', message: 'is too little' },
      ],
    })
    const judge = (validateIt: () => unknown) => judgeBlob('{}', fingerprintOf('{}'), schema(validateIt))
    expect(await judge(() => ({ issues }))).toMatchObject({ refusal: 'schema-mismatch' })
    const thrown = await judge(() => {
      throw new Error('no function')
    })
    expect(thrown).toEqual({ refusal: 'schema-mismatch', detail: 'Error: no function' })
  })
})
