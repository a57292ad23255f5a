import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import type { StoreChanges } from '../src/config/config-store.ts'
import { Events } from '../src/events.ts'
import { Heartbeat, type HeartbeatOptions } from '../src/invalidation/heartbeat.ts'
import { Invalidations } from '../src/invalidation/invalidations.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { gate } from './test-agents.ts'

const complete: StoreChanges = { clock: { history: 'h', clock: 1, floor: 0 }, targets: [] }

/** A heartbeat, when it asked (in ms since the beginning), and until when memory is vouched for (likewise). */
function beating(options: Partial<HeartbeatOptions> = {}) {
  const clock = new ManualClock(0)
  const asked: number[] = []
  const vouched: number[] = []
  const told: unknown[] = []
  const store = { sync: async () => complete }
  const invalidations: Invalidations = new Invalidations(
    'before',
    { sync: () => (asked.push(clock.now()), store.sync()), invalidate: () => Promise.reject(new Error('not asked for')) },
    options.clock ?? clock,
    { onInvalidated() {}, onComplete: () => heartbeat.complete() },
  )
  const events = new Events({ namespace: 'test', worker: 'w' })
  events.on('synced', (event) => told.push(['synced', event]))
  events.on('unsynced', ({ serving, error }) => told.push(['unsynced', serving, (error as Error).message]))
  const heartbeat: Heartbeat = new Heartbeat(invalidations, {
    clock,
    random: () => 1,
    maxStalenessMs: 1_000,
    whenUnsynced: 'serve',
    vouch: (until) => void vouched.push(until),
    declareDown: (down) => void told.push(down ? 'down' : 'up'),
    events,
    onStart: () => void told.push('started'),
    ...options,
  })
  const refuse = () => (store.sync = () => Promise.reject(new Error('refused')))
  const recover = () => (store.sync = async () => complete)
  return { clock, heartbeat, asked, vouched, told, store, refuse, recover }
}

describe('a heartbeat', () => {
  test('starts once, and asks twice in maxStalenessMs', async () => {
    const { clock, heartbeat, asked, vouched, told } = beating()
    heartbeat.start()
    heartbeat.start()
    await clock.advance(1_000)
    expect([asked, vouched, told]).toEqual([[0, 500, 1_000], [1_000, 1_500, 2_000], ['started']])
  })

  test('asks every 50 ms at most, however tight the bound', async () => {
    const { clock, heartbeat, asked } = beating({ maxStalenessMs: 10 })
    heartbeat.start()
    await clock.advance(100)
    expect(asked).toEqual([0, 50, 100])
  })

  test('that has stopped, be it before it began, does not begin', async () => {
    const { clock, heartbeat, asked, told } = beating()
    heartbeat.stop()
    heartbeat.start()
    heartbeat.suspect()
    await settle()
    expect([asked, told, clock.timers]).toEqual([[], [], 0])
  })

  test('does not keep the process from exiting', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const { heartbeat } = beating({ clock: systemClock })
    heartbeat.start()
    await settle()
    expect(timers()).toBe(before)
    heartbeat.stop()
  })
})

describe('after a failure', () => {
  test.each([
    [1, [0, 100, 300, 700, 1_500, 2_300]],
    [0, [0, 50, 150, 350, 750, 1_150]],
  ])('the store is asked soon, then less and less often, up to half of each pause at random (%i)', async (random, times) => {
    const { clock, heartbeat, asked, refuse } = beating({ maxStalenessMs: 10_000, random: () => random })
    refuse()
    heartbeat.start()
    await clock.advance(times.at(-1)!)
    expect(asked).toEqual(times)
  })

  test('it is said once that the store is away, and once that it is back', async () => {
    const { clock, heartbeat, told, refuse, recover } = beating({ whenUnsynced: 'rebuild' })
    heartbeat.start()
    await settle()
    refuse()
    await clock.advance(600)
    expect(told).toEqual(['started', 'down', ['unsynced', false, 'refused'], 'down'])
    recover()
    await clock.advance(800)
    expect(told.slice(4)).toEqual(['up', ['synced', {}]])
    expect(heartbeat.synced).toBe(true)
  })

  test.each([
    ['serve', 1_500],
    ['rebuild', 1_000],
  ] as const)('memory is vouched for %s: until %i', async (whenUnsynced, until) => {
    const { clock, heartbeat, vouched, refuse } = beating({ whenUnsynced })
    heartbeat.start()
    await settle()
    refuse()
    await clock.advance(500)
    expect(vouched.at(-1)).toBe(until)
  })

  test('memory is not vouched for longer than the bound, should the clock have been set back', async () => {
    const { clock, heartbeat, vouched, refuse } = beating({ whenUnsynced: 'rebuild' })
    heartbeat.start()
    await settle()
    refuse()
    clock.now = () => -60_000
    await heartbeat.verify()
    expect(vouched.at(-1)).toBe(-59_000)
  })

  test('neither requests nor suspicions have the store asked', async () => {
    const { heartbeat, asked, refuse } = beating()
    refuse()
    heartbeat.start()
    await settle()
    expect(asked).toHaveLength(1)
    heartbeat.suspect()
    expect([await heartbeat.ensure(), await heartbeat.verify()]).toEqual([true, false])
    await settle()
    expect(asked).toHaveLength(1)
  })
})

describe('a request', () => {
  test('has the store asked only if the last answer is older than the bound', async () => {
    const { clock, heartbeat, asked } = beating()
    heartbeat.start()
    await settle()
    clock.now = () => 999
    expect([await heartbeat.ensure(), asked.length]).toEqual([true, 1])
    clock.now = () => 1_000
    expect([await heartbeat.ensure(), asked.length]).toEqual([true, 2])
  })

  test.each(['ensure', 'verify'] as const)('is not content with an answer that was asked for before it: %s', async (how) => {
    const { heartbeat, store, asked, recover } = beating()
    const { promise, open } = gate<StoreChanges>()
    store.sync = () => promise
    heartbeat.start()
    const answer = heartbeat[how]()
    recover()
    open(complete)
    expect([await answer, asked.length]).toEqual([true, 2])
  })
})

describe('a suspicion', () => {
  test('has the store asked once, until that has been answered, and after what is under way', async () => {
    const { heartbeat, store, asked, recover } = beating()
    const { promise, open } = gate<StoreChanges>()
    store.sync = () => promise
    heartbeat.start()
    heartbeat.suspect()
    heartbeat.suspect()
    recover()
    open(complete)
    await settle()
    expect(asked).toHaveLength(2)
    const next = gate<StoreChanges>()
    store.sync = () => next.promise
    heartbeat.suspect()
    await settle()
    heartbeat.suspect()
    next.open(complete)
    await settle()
    expect(asked).toHaveLength(3)
    heartbeat.suspect()
    await settle()
    expect(asked).toHaveLength(4)
  })
})
