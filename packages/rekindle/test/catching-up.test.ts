import { describe, expect, test } from 'vitest'
import type { SeenClock, StoreAdvance, StoreChanges, StoreClock } from '../src/config/config-store.ts'
import { type Invalidated, Invalidations } from '../src/invalidation/invalidations.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { gate } from './test-agents.ts'

const storeAt = (clock: number, { floor = 0, history = 'h' } = {}): StoreClock => ({ history, clock, floor })

/** A view at clock 5 of history `h`, and what the store says next. */
async function caughtUp() {
  const told: Omit<Invalidated, 'stamp'>[] = []
  const asked: SeenClock[] = []
  const store = {
    sync: async (): Promise<StoreChanges> => ({ clock: storeAt(5), targets: [] }),
    invalidate: async (): Promise<StoreAdvance> => ({ previous: 5, clock: storeAt(6) }),
  }
  const invalidations = new Invalidations(
    'before',
    { sync: (seen) => (asked.push(seen), store.sync()), invalidate: () => store.invalidate() },
    new ManualClock(),
    { onInvalidated: ({ targets, floor }) => void told.push({ targets, floor }), onComplete() {} },
  )
  await invalidations.catchUp()
  const says = (clock: StoreClock, targets: StoreChanges['targets'] = []) => (store.sync = async () => ({ clock, targets }))
  asked.length = 0
  told.length = 0
  return { invalidations, store, says, asked, told }
}

const isValid = ({ view }: Invalidations, asOf: SeenClock) => view.isValid({ key: {}, tags: ['t'], asOf })

describe('catching up', () => {
  test('tells what is news, and not what the view has had', async () => {
    const { invalidations, says, told } = await caughtUp()
    says(storeAt(7), [
      ['#"old"', 5],
      ['#"new"', 7],
    ])
    await invalidations.catchUp()
    expect(told).toEqual([{ targets: ['#"new"'], floor: 0 }])
  })

  test('tells nothing where there is no news', async () => {
    const { invalidations, says, told } = await caughtUp()
    says(storeAt(6))
    await invalidations.catchUp()
    expect([told, invalidations.view.stamp.clock]).toEqual([[], 6])
  })

  test.each([
    ['before the view', 4, []],
    ['up to where the view is', 5, []],
    ['beyond the view', 6, [{ targets: [], floor: 6 }]],
  ])('tells that the store has forgotten what was not heard of: %s', async (_, floor, tells) => {
    const { invalidations, says, told } = await caughtUp()
    says(storeAt(9, { floor }))
    await invalidations.catchUp()
    expect(told).toEqual(tells)
  })

  test('with another history tells all that is known of it, whatever its clock, and no floor', async () => {
    const { invalidations, says, told } = await caughtUp()
    says(storeAt(3, { history: 'g', floor: 2 }), [['#"t"', 3]])
    await invalidations.catchUp()
    expect(told).toEqual([{ targets: ['#"t"'], floor: 0 }])
  })

  test('afresh asks after the call, though an answer is under way', async () => {
    const { invalidations, store, asked } = await caughtUp()
    const { promise, fail } = gate<StoreChanges>()
    const { sync } = store
    store.sync = () => promise
    const joined = invalidations.catchUp().catch(String)
    const afresh = invalidations.catchUpAfresh()
    store.sync = sync
    fail(new Error('lost'))
    await afresh
    expect([await joined, asked.length]).toEqual(['Error: lost', 2])
  })
})

describe('catching up with a clock', () => {
  test('asks nothing when the view is there, once when one answer is enough', async () => {
    const { invalidations, says, asked } = await caughtUp()
    await invalidations.catchUpWith(storeAt(5))
    expect(asked).toHaveLength(0)
    says(storeAt(7))
    await invalidations.catchUpWith(storeAt(7))
    expect(asked).toHaveLength(1)
  })

  test('asks once more when the answer it joined was given earlier', async () => {
    const { invalidations, store, says, asked } = await caughtUp()
    const { promise, open } = gate<StoreChanges>()
    store.sync = () => promise
    void invalidations.catchUp()
    const there = invalidations.catchUpWith(storeAt(7))
    says(storeAt(7))
    open({ clock: storeAt(6), targets: [] })
    await there
    expect([asked.length, invalidations.view.stamp.clock]).toEqual([2, 7])
  })
})

describe('a message', () => {
  test.each([
    ['clock', { history: 'h', clock: 6.5, floor: 0 }],
    ['floor', { history: 'h', clock: 6, floor: NaN }],
  ])('whose %s is none is passed over', async (_, clock) => {
    const { invalidations, asked, told } = await caughtUp()
    await invalidations.hear(clock, { previous: 5, targets: ['#"t"'] })
    await invalidations.hear(clock)
    expect([asked, told, invalidations.view.stamp.clock]).toEqual([[], [], 5])
  })

  test('of the next step is taken as it is; one that comes twice changes nothing', async () => {
    const { invalidations, asked, told } = await caughtUp()
    const hear = () => invalidations.hear(storeAt(6), { previous: 5, targets: ['#"t"'] })
    await hear()
    await hear()
    expect([asked, told]).toEqual([[], [{ targets: ['#"t"'], floor: 0 }]])
  })
})

describe('an invalidation by this process', () => {
  test('that the store takes ends an earlier one of the same target that it did not, be it of another history', async () => {
    const { invalidations, store, says } = await caughtUp()
    const { invalidate } = store
    store.invalidate = () => Promise.reject(new Error('down'))
    await expect(invalidations.invalidate(['#"t"'])).rejects.toMatchObject({ code: 'REKINDLE_INVALIDATION_FAILED' })
    expect(isValid(invalidations, { history: 'h', clock: 9 })).toBe(false)
    store.invalidate = async () => ({ ...(await invalidate()), clock: storeAt(2, { history: 'g' }) })
    says(storeAt(2, { history: 'g' }), [['#"t"', 2]])
    await invalidations.invalidate(['#"t"'])
    expect([1, 2].map((clock) => isValid(invalidations, { history: 'g', clock }))).toEqual([false, true])
  })

  test('takes effect here though the store cannot say what else there was', async () => {
    const { invalidations, store, told } = await caughtUp()
    store.invalidate = async () => ({ previous: 7, clock: storeAt(8) })
    store.sync = () => Promise.reject(new Error('down'))
    expect(await invalidations.invalidate(['#"t"'])).toEqual(storeAt(8))
    await settle()
    expect(told).toEqual([{ targets: ['#"t"'], floor: 0 }])
    expect(isValid(invalidations, { history: 'h', clock: 5 })).toBe(false)
  })
})
