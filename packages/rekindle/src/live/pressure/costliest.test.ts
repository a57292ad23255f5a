import { describe, expect, test } from 'vitest'
import { costliest, type Keepable } from './costliest.ts'

const now = 100_000
const one = (name: string, changes: Partial<Keepable> = {}) => ({ name, bytes: 100, rebuildMs: 10, idleSince: 0, ...changes })
type Item = ReturnType<typeof one>

const names = (items: readonly Item[]) => items.map(({ name }) => name)
/** All of them, in the order in which they would go. */
const order = (...items: Item[]) => names(costliest(items, 1_000, now))

describe('the agents that go first', () => {
  test('are the heavy ones, of those that take as long to rebuild', () => {
    expect(order(one('light', { bytes: 10 }), one('heavy', { bytes: 1_000 }), one('middle'))).toEqual([
      'heavy',
      'middle',
      'light',
    ])
  })

  test('are those that are quick to rebuild, of the same weight', () => {
    expect(order(one('slow', { rebuildMs: 500 }), one('quick', { rebuildMs: 2 }), one('middle'))).toEqual([
      'quick',
      'middle',
      'slow',
    ])
  })

  test('are those idle for longest, where the rest is alike', () => {
    expect(order(one('late', { idleSince: 99_000 }), one('now', { idleSince: now }), one('old'))).toEqual(['old', 'late', 'now'])
  })

  test('are those for which weight × idle time ÷ rebuilding is largest', () => {
    const heavyButDear = one('heavy, but dear', { bytes: 1_000, rebuildMs: 200 })
    expect(order(heavyButDear, one('middle'))).toEqual(['middle', heavyButDear.name])
  })

  test('of unknown weight count as average, and less than a millisecond of rebuilding as one', () => {
    const unknown = { ...one('unknown'), bytes: undefined }
    const order = names(costliest([one('light', { bytes: 10 }), unknown as never, one('heavy', { bytes: 190 })], 1_000, now))
    expect(order).toEqual(['heavy', 'unknown', 'light'])
    const [free, short] = [one('free', { rebuildMs: 0, idleSince: 1 }), one('short', { rebuildMs: 1 })]
    expect(names(costliest([free, short], 1_000, now))).toEqual(['short', 'free'])
  })
})

describe('at a time', () => {
  const alike = (count: number) => Array.from({ length: count }, (_, index) => one(`${index}`, { idleSince: index }))

  test('a sixteenth of all agents goes, those in use counted', () => {
    expect(names(costliest(alike(32), 32, now))).toEqual(['0', '1'])
    expect(costliest(alike(32), 160, now)).toHaveLength(10)
    expect(costliest(alike(3), 160, now)).toHaveLength(3)
  })

  test('at least one goes, if there is any', () => {
    expect(names(costliest(alike(2), 2, now))).toEqual(['0'])
    expect(costliest(alike(0), 50, now)).toEqual([])
  })

  test('one that weighs as much as many goes alone', () => {
    expect(names(costliest([one('giant', { bytes: 100_000 }), ...alike(159)], 160, now))).toEqual(['giant'])
  })
})
