import { describe, expect, test } from 'vitest'
import { maxDepth } from '../src/config/config-limits.ts'
import { fingerprintOf, isFingerprint } from '../src/config/fingerprint.ts'
import { freezeDeep, isPlainObject, parseFrozen } from '../src/config/json.ts'
import { decodePointer, encodePointer } from '../src/config/pointer.ts'
import { findSecret, secretsIn } from '../src/config/secret-guard.ts'
import { serialize } from '../src/config/serialize.ts'
import { checkAdvance, checkBlob, checkChanges, checkClaimed, checkRead, checkWorkers } from '../src/config/store-replies.ts'

describe('a pointer', () => {
  const text = encodePointer({
    key: 'key',
    fingerprint: fingerprintOf('{}'),
    asOf: { history: 'h', clock: 1, unconfirmed: 0 },
    tags: ['t'],
    freshUntil: 9,
    configVersion: '1',
  })
  const changed = (changes: object) => JSON.stringify({ ...(JSON.parse(text) as object), ...changes })

  test.each([
    ['v', '1'],
    ['k', 5],
    ['f', [fingerprintOf('{}')]],
    ['h', 5],
    ['c', '1'],
    ['t', 't'],
    ['t', [5]],
    ['u', '9'],
    ['a', 1],
  ])('whose %s is %j is no pointer, of whatever version and key', (name, value) => {
    expect(decodePointer(changed({ [name]: value }), 'key', '1')).toBe('corrupt')
  })

  test.each([
    ['v', 2, 'version-mismatch'],
    ['k', 'other', 'foreign'],
    ['a', '2', 'version-mismatch'],
  ])('whose %s is %j is of others', (name, value, refusal) => {
    expect(decodePointer(changed({ [name]: value }), 'key', '1')).toBe(refusal)
  })
})

describe('a fingerprint', () => {
  test('is nothing that only begins or ends as one', () => {
    const fingerprint = fingerprintOf('{}')
    expect([fingerprint, `${fingerprint}x`, `x${fingerprint}`, `${fingerprint}\n`].map(isFingerprint)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('what a store answers', () => {
  const clock = { history: 'h', clock: 5, floor: 5 }
  const report = { worker: 'w', history: 'h', clock: 5 }
  const asOf = { history: 'h', clock: 1 }

  test('may be all that its port allows', () => {
    expect(checkRead({ pointer: undefined, clock })).toEqual({ pointer: undefined, clock })
    expect(checkClaimed({ granted: true })).toEqual({ granted: true })
    expect(checkClaimed({ granted: true, entry: { pointer: 'p', clock } })).toMatchObject({ granted: true })
    expect(checkClaimed({ granted: false, claimant: 'c', asOf })).toMatchObject({ granted: false })
    expect(checkWorkers({ reports: [report], keptForMs: 0 })).toEqual({ reports: [report], keptForMs: 0 })
  })

  test.each([
    ['the reading of a config', () => checkBlob(5)],
    ['a read', () => checkClaimed({ granted: true, entry: { pointer: 5, clock } })],
    ['a claim', () => checkClaimed({ claimant: 'c', asOf })],
    ['a claim', () => checkClaimed({ granted: false, asOf })],
    ['a claim', () => checkClaimed({ granted: false, claimant: 'c' })],
    ['an invalidation', () => checkAdvance({ previous: -1, clock })],
    ['what was invalidated', () => checkChanges({ clock, targets: 'all' })],
    ['which workers there are', () => checkWorkers({ reports: [report] })],
    ['which workers there are', () => checkWorkers({ reports: [{ ...report, worker: 5 }], keptForMs: 0 })],
    ['which workers there are', () => checkWorkers({ reports: [{ worker: 'w' }], keptForMs: 0 })],
  ])('is refused by name where it is something else: %s (%#)', (question, check) => {
    expect(check).toThrow(new TypeError(`The store answered ${question} with something else.`))
  })
})

describe('a value', () => {
  const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)

  test('is read back only as deep as a config may be', () => {
    expect(parseFrozen(nested(maxDepth))).toMatchObject({ value: { a: {} } })
    expect(parseFrozen(nested(maxDepth + 1))).toBe(undefined)
  })

  test('that a schema has made is frozen, whatever it holds, to the depth of a config', () => {
    const cyclic: Record<string, unknown> = { nothing: null, list: [1, null, { x: 1 }], text: 'x' }
    cyclic['self'] = cyclic
    freezeDeep(cyclic)
    expect([cyclic, cyclic['list'], (cyclic['list'] as object[])[2]].every((value) => Object.isFrozen(value))).toBe(true)
    let innermost = JSON.parse(nested(maxDepth + 1)) as { a: never }
    freezeDeep(innermost)
    for (let depth = 0; depth < maxDepth; depth++) innermost = innermost.a
    expect(Object.isFrozen(innermost)).toBe(true)
  })

  test('is plain only if its prototype is that of objects, or none', () => {
    const ofObjects = [{}, Object.create(null) as object]
    const ofOthers = [
      Object.create(Object.create(null) as object) as object,
      Object.create({ isPrototypeOf() {} }) as object,
      new (class Thing {})(),
    ]
    expect([...ofObjects, ...ofOthers].map(isPlainObject)).toEqual([true, true, false, false, false])
  })

  test.each([
    [new WeakMap(), 'a WeakMap'],
    [Object.create(Object.create(null) as object), 'an object with a prototype'],
    [new (class {})(), 'an object with a prototype'],
    [Object.assign(Object.create({ constructor: { name: 5 } }) as object, {}), 'an object with a prototype'],
    [new (class Thing {})(), 'an instance of Thing'],
  ])('of a class is told by its name if it has one', (value, found) => {
    expect(serialize({ value }).issue).toEqual({ path: '$.value', message: `JSON would lose ${found}` })
  })
})

describe('a secret of the environment', () => {
  test.each([
    ['fifteen letters', 'a'.repeat(15), false],
    ['sixteen letters', 'a'.repeat(16), true],
    ['eight letters and digits', 'abcdefg1', true],
    ['seven letters and digits', 'abcdef1', false],
    ['eight digits', '12345678', false],
    ['sixteen digits', '1234567812345678', true],
  ])('is looked for if it is telling: %s', (_, value, telling) => {
    expect(secretsIn({ CRM_TOKEN: value })).toHaveLength(telling ? 1 : 0)
  })

  test('is found in the name of a property, beside values of every kind', () => {
    const config = { nothing: null, count: 5, on: true, tools: [{ hunter2hunter2: 1 }] }
    expect(findSecret(config, [['CRM_TOKEN', 'hunter2hunter2']])).toEqual({
      path: '$.tools[0]',
      what: 'a property whose name is the value of the environment variable CRM_TOKEN',
    })
  })
})
