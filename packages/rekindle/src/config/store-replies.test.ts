import { describe, expect, test } from 'vitest'
import { checkAdvance, checkBlob, checkChanges, checkClaimed, checkRead, checkWaiting, checkWorkers } from './store-replies.ts'

const clock = { history: 'h', clock: 9, floor: 3 }
const odd: readonly unknown[] = [undefined, null, 7, 'text', [], {}, () => {}]
const oddClocks: readonly unknown[] = [
  ...odd,
  { ...clock, clock: NaN },
  { ...clock, clock: Infinity },
  { ...clock, clock: 1e300 },
  { ...clock, clock: 2 ** 53 },
  { ...clock, clock: '9' },
  { ...clock, clock: -1 },
  { ...clock, floor: NaN },
  { ...clock, floor: 10 },
  { ...clock, history: 1 },
]

describe('what a store answers', () => {
  test.each([
    ['a read', () => checkRead({ pointer: 'text', clock })],
    ['a read that finds nothing', () => checkRead({ pointer: undefined, clock })],
    ['a config', () => checkBlob('text')],
    ['no config', () => checkBlob(undefined)],
    ['a claim', () => checkClaimed({ granted: true })],
    [
      'a claim of others',
      () => checkClaimed({ granted: false, claimant: 'c', asOf: { history: 'h', clock: 0 }, expiresInMs: 1 }),
    ],
    ['those who wait', () => checkWaiting(['w:1'])],
    ['an invalidation', () => checkAdvance({ previous: 8, clock })],
    ['workers', () => checkWorkers({ reports: [{ worker: 'w', history: 'h', clock: 1 }], keptForMs: Infinity })],
  ])('is taken as it is if it has the shape of %s', (_, check) => {
    expect(check).not.toThrow()
  })

  test('is refused in any other shape', () => {
    for (const answer of oddClocks) {
      expect(() => checkRead({ clock: answer })).toThrow('The store answered a read with something else')
      expect(() => checkAdvance({ previous: 8, clock: answer })).toThrow(TypeError)
      expect(() => checkChanges({ clock: answer, targets: [] })).toThrow(TypeError)
    }
    for (const answer of odd) {
      expect(() => checkRead(answer)).toThrow(TypeError)
      expect(() => checkClaimed(answer)).toThrow(TypeError)
      expect(() => checkAdvance(answer)).toThrow(TypeError)
      expect(() => checkChanges(answer)).toThrow(TypeError)
      expect(() => checkWorkers(answer)).toThrow(TypeError)
      if (!Array.isArray(answer)) expect(() => checkWaiting(answer)).toThrow(TypeError)
      if (typeof answer !== 'string') expect(() => checkRead({ pointer: answer ?? null, clock })).toThrow(TypeError)
      if (typeof answer !== 'string' && answer !== undefined) expect(() => checkBlob(answer)).toThrow(TypeError)
      expect(() => checkClaimed({ granted: false, claimant: 'c', asOf: answer })).toThrow(TypeError)
      expect(() => checkAdvance({ previous: answer === 7 ? NaN : answer, clock })).toThrow(TypeError)
      expect(() => checkWorkers({ reports: [answer], keptForMs: 1 })).toThrow(TypeError)
      expect(() => checkWaiting([answer === 'text' ? 7 : answer])).toThrow(TypeError)
    }
  })

  test('may name as many workers as any fleet has, and no more', () => {
    const names = Array.from({ length: 10_001 }, (_, n) => `w${n}`)
    const reports = names.map((worker) => ({ worker, history: 'h', clock: 1 }))
    expect(checkWaiting(names.slice(1))).toHaveLength(10_000)
    expect(() => checkWaiting(names)).toThrow('The store answered the end of a claim with something else')
    expect(checkWorkers({ reports: reports.slice(1), keptForMs: 1 }).reports).toHaveLength(10_000)
    expect(() => checkWorkers({ reports, keptForMs: 1 })).toThrow(
      'The store answered which workers there are with something else',
    )
  })
})

describe('what a store says was invalidated', () => {
  const changes = (...targets: unknown[]) => checkChanges({ clock, targets }).targets

  test('is taken at its word if it can be read', () => {
    expect(changes(['a', 4], ['b', 9])).toEqual([
      ['a', 4],
      ['b', 9],
    ])
  })

  test.each([NaN, Infinity, -1, 1e300, 10, '4', null, undefined])('has happened now if its clock is %o', (at) => {
    expect(changes(['a', at])).toEqual([['a', 9]])
  })

  test.each([[7], [[7, 4]], [null], [{}], [[]], ['a']])('is everything if %o is what it names', (entry) => {
    expect(changes(entry)[0]![0]).toBe('*')
  })

  test('is everything if it is more than a process remembers', () => {
    const entry = ['a', 4] as const
    expect(changes(...Array.from({ length: 50_000 }, () => entry))).toHaveLength(50_000)
    expect(checkChanges({ clock, targets: Array.from({ length: 50_001 }) }).targets).toEqual([['*', 9]])
  })
})
