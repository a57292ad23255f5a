import { describe, expect, test } from 'vitest'
import type { StoreClock } from '../src/config/config-store.ts'
import { encodeTargets, fieldsOf, legible } from '../src/invalidation/target.ts'
import { InvalidationView } from '../src/invalidation/view.ts'

const agent = '{"agentId":"a"}'
const tag = '#"t"'
const other = '#"other"'

type Targets = readonly (readonly [target: string, clock: number])[]

const storeAt = (clock: number, { floor = 0, history = 'h' } = {}): StoreClock => ({ history, clock, floor })

function viewAt(clock: number, targets: Targets = [], more: { floor?: number; history?: string } = {}): InvalidationView {
  const view = new InvalidationView('before')
  view.apply({ clock: storeAt(clock, more), targets })
  return view
}

/** Whether an entry that depends on agent `a` and tag `t` is valid if it was loaded at `clock`. */
const isValidAt = (view: InvalidationView, clock: number, { history = 'h', unconfirmed = 0 } = {}) =>
  view.isValid({ key: { agentId: 'a' }, tags: ['t'], asOf: { history, clock, unconfirmed } })

describe('an entry', () => {
  test.each([
    ['its key', agent],
    ['its tag', tag],
    ['everything', '*'],
  ])('is valid iff %s was not invalidated after it was loaded', (_, target) => {
    const view = viewAt(7, [
      [target, 5],
      [other, 7],
    ])
    expect([4, 5, 6, 7].map((clock) => isValidAt(view, clock))).toEqual([false, true, true, true])
  })

  test('is left alone by what names fields that it does not depend on', () => {
    const view = viewAt(7, [['{"agentId":"a","userId":"u"}', 7]])
    expect(isValidAt(view, 1)).toBe(true)
  })

  test('of another history is invalid, whatever its clock says', () => {
    expect(isValidAt(viewAt(5), 9, { history: 'before' })).toBe(false)
  })
})

describe('below the floor', () => {
  test('everything is invalid, and stays so when a store says less', () => {
    const view = viewAt(9, [], { floor: 5 })
    view.apply({ clock: storeAt(9, { floor: 3 }), targets: [] })
    expect([4, 5].map((clock) => isValidAt(view, clock))).toEqual([false, true])
  })

  test('targets are forgotten, those that were invalidated again since are not', () => {
    const view = viewAt(2, [
      [tag, 1],
      [other, 2],
    ])
    view.apply({ clock: storeAt(3), targets: [[tag, 3]] })
    view.apply({ clock: storeAt(4, { floor: 2 }), targets: [] })
    expect([view.size, isValidAt(view, 2), isValidAt(view, 3)]).toEqual([1, false, true])
  })

  test('is what was invalidated before the last 50 000 targets', () => {
    const numbered = (count: number): Targets => Array.from({ length: count }, (_, index) => [`#"${index}"`, index + 1])
    const whole = viewAt(60_000, numbered(50_000))
    expect([whole.size, isValidAt(whole, 0)]).toEqual([50_000, true])
    const full = viewAt(60_000, numbered(50_001))
    expect([full.size, isValidAt(full, 0), isValidAt(full, 1)]).toEqual([50_000, false, true])
  })
})

describe('another history', () => {
  test('has neither the targets nor the floor nor the clock of the one before', () => {
    const view = viewAt(9, [[tag, 9]], { floor: 5 })
    view.apply({ clock: storeAt(3, { history: 'g' }), targets: [] })
    expect(view.stamp).toEqual({ history: 'g', clock: 3, unconfirmed: 0 })
    expect([view.size, isValidAt(view, 1, { history: 'g' }), isValidAt(view, 9)]).toEqual([0, true, false])
  })
})

describe('the stamp of a view', () => {
  const view = viewAt(5, [[tag, 5]])
  test.each([
    ['a later clock', storeAt(6), [], 6],
    ['targets, though the clock is known', storeAt(6), [[other, 6]], 6],
    ['another history', storeAt(6, { history: 'g' }), [], 6],
  ] as const)('is a new one after %s', (_, clock, targets, after) => {
    const before = view.stamp
    view.apply({ clock, targets })
    expect(view.stamp).not.toBe(before)
    expect(view.stamp).toEqual({ history: clock.history, clock: after, unconfirmed: 0 })
  })

  test('stays the same object while nothing is news, and never goes back in a history', () => {
    const still = viewAt(5)
    const before = still.stamp
    still.apply({ clock: storeAt(5), targets: [] })
    still.apply({ clock: storeAt(3), targets: [] })
    expect(still.stamp).toBe(before)
  })
})

describe('a view', () => {
  const view = viewAt(5)

  test.each([
    ['a later clock', storeAt(6), undefined, true],
    ['the same clock', storeAt(5), { history: 'h', clock: 5 }, false],
    ['an earlier clock, which may have been read earlier', storeAt(4), undefined, false],
    ['another history', storeAt(1, { history: 'g' }), undefined, true],
    ['a clock earlier than what the store was told', storeAt(4), { history: 'h', clock: 5 }, true],
    ['a clock earlier than one of another history', storeAt(4), { history: 'g', clock: 5 }, false],
  ])('given %s', (_, store, seen, behind) => {
    expect(view.isBehind(store, seen)).toBe(behind)
  })

  test.each([
    ['from its clock on', storeAt(6), 5, true],
    ['from an earlier one', storeAt(6), 4, false],
    ['from a later one', storeAt(8), 7, false],
    ['in another history', storeAt(6, { history: 'g' }), 5, false],
    ['that leads nowhere', storeAt(5), 5, false],
  ])('takes a step %s for the next: %#', (_, store, previous, next) => {
    expect(view.isNext(store, previous)).toBe(next)
  })
})

describe('an invalidation that no store has taken', () => {
  /** Tried at clock 5. */
  function tried(targets: readonly string[] = [tag]): InvalidationView {
    const view = viewAt(5)
    view.applyUnconfirmed(targets)
    return view
  }

  test('makes what comes from the store invalid, however new, but not what is loaded here after it', () => {
    const view = tried()
    expect([isValidAt(view, 9), isValidAt(view, 5, { unconfirmed: 1 })]).toEqual([false, true])
  })

  test('ends with one of the same target that the store took later', () => {
    const view = tried()
    view.apply({ clock: storeAt(6), targets: [[tag, 6]] })
    expect([isValidAt(view, 5), isValidAt(view, 6)]).toEqual([false, true])
  })

  test('does not end with an earlier one that is only heard of now', () => {
    const view = tried()
    view.apply({ clock: storeAt(5), targets: [[tag, 5]] })
    expect(isValidAt(view, 6)).toBe(false)
  })

  test('does not end with what another history says', () => {
    const view = tried()
    view.apply({ clock: storeAt(100, { history: 'g' }), targets: [[tag, 100]] })
    expect(isValidAt(view, 100, { history: 'g' })).toBe(false)
  })

  test('ends when this process has one taken', () => {
    const view = tried()
    view.confirm([tag])
    expect(isValidAt(view, 5)).toBe(true)
  })

  test('names everything when more than 10 000 are open', () => {
    const some = (count: number, name: string) => Array.from({ length: count }, (_, index) => `#"${name}${index}"`)
    const view = tried(some(6_000, 'one'))
    view.applyUnconfirmed(some(4_000, 'two'))
    expect(isValidAt(view, 5)).toBe(true)
    view.applyUnconfirmed([other])
    expect(isValidAt(view, 5)).toBe(false)
  })
})

describe('the last invalidation of an entry', () => {
  const last = (view: InvalidationView) => view.lastOf({ key: { agentId: 'a' }, tags: ['t'] })

  test.each([
    ['its tag', agent, tag],
    ['its key', tag, agent],
    ['everything', agent, '*'],
  ])('is the latest that names it: %s', (_, earlier, later) => {
    const view = viewAt(9, [
      [earlier, 5],
      [later, 6],
      [other, 7],
      ['{"agentId":"a","userId":"u"}', 8],
      ['{"agentId":"b"}', 9],
    ])
    expect(last(view)).toEqual({ target: later, clock: 6, confirmed: true })
  })

  test('is, of two at the same clock, the one that no store has taken', () => {
    for (const [taken, untaken] of [
      [agent, tag],
      [tag, agent],
    ] as const) {
      const view = viewAt(5, [[taken, 5]])
      view.applyUnconfirmed([untaken])
      expect(last(view)).toEqual({ target: untaken, clock: 5, confirmed: false })
    }
  })

  test('of two taken at the same clock is either, and of none is none', () => {
    expect(
      last(
        viewAt(5, [
          [agent, 5],
          [tag, 5],
        ]),
      ),
    ).toMatchObject({ clock: 5, confirmed: true })
    expect(last(viewAt(5, [[other, 5]]))).toBe(undefined)
  })
})

describe('a target', () => {
  const scopes = [['agentId']] as const

  test('that cannot be read here may name anything', () => {
    expect([tag, agent, '*', 'sealed#x', ''].map(legible)).toEqual([tag, agent, '*', '*', '*'])
  })

  test('names fields of a key, or none', () => {
    expect([agent, tag, '*', '7', '{"agentId"'].map(fieldsOf)).toEqual([
      { agentId: 'a' },
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test('of 10 000 tags is each of them, and of more is everything', () => {
    const tags = Array.from({ length: 10_001 }, (_, index) => `t${index}`)
    expect(encodeTargets({ tags: tags.slice(1) }, scopes)).toHaveLength(10_000)
    expect(encodeTargets({ tags }, scopes)).toEqual(['*'])
  })

  test('may have a tag of 1024 characters', () => {
    expect(encodeTargets({ tags: ['x'.repeat(1_024)] }, scopes)).toEqual([`#"${'x'.repeat(1_024)}"`])
  })

  test.each([
    ['null', null, 'got null'],
    ['a list of tags of which one is none', { tags: ['x', 1] }, 'tags must be a list of at least one string'],
    ['a field that there is not', { agent: 'a' }, 'those are agentId, userId, sessionId, reasoning'],
  ])('cannot be %s', (_, target, message) => {
    expect(() => encodeTargets(target as never, scopes)).toThrow(message)
  })
})
