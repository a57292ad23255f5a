import { describe, expect, test } from 'vitest'
import { createAdvisor } from '../src/advisor/index.ts'
import { type AgentCacheStats, InvalidOptionsError, type RecordingPage, type WatchedCache } from '../src/index.ts'
import { hashOf } from '../src/watch/key-hash.ts'
import { ManualClock } from '../src/testing/index.ts'

const begun = 1_700_000_000_000
const day = 86_400_000
const whole = 2 ** 31

/** A cache that only counts what it is told, and what comes on top of that. */
class Counted {
  now = begun
  requests = 0
  readonly watch

  constructor({ maxEvents = 1_024, sharesConfigs = false } = {}) {
    const served = () => ({ memory: this.requests, config: 0, build: 0 })
    const cache: WatchedCache = {
      namespace: 'counted',
      clock: { now: () => this.now, after: (ms, call) => new ManualClock().after(ms, call) },
      ttlJitter: 0,
      stored: true,
      sharesConfigs,
      settings: () => ({ configTtlMs: 1, liveTtlMs: 1, idleMs: 1, maxAgents: 1 }),
      stats: () => ({ served: served(), failed: 0 }) as AgentCacheStats,
      on: () => () => {},
      tune: () => {},
    }
    this.watch = createAdvisor({ maxEvents }).watch(cache)
  }

  ask(key: string | number, config: string | number = key): void {
    this.requests++
    this.watch.see(hashOf(`${key}`), hashOf(`${config}`), this.now)
  }

  page(of: 'live' | 'config' = 'live') {
    return this.watch.page(of, 0, Infinity)
  }
}

const timesOf = ({ events }: { events: readonly number[] }) => events.filter((_, at) => at % 2 === 0)
const hashesOf = ({ events }: { events: readonly number[] }) => events.filter((_, at) => at % 2 === 1)

describe('what an advisor writes down', () => {
  test('is when which key was asked for, once a second, and how many requests there were', () => {
    const counted = new Counted()
    for (const after of [0, 400, 999, 1_000, 1_500, 2_000]) {
      counted.now = begun + after
      counted.ask('a')
    }
    counted.requests += 40
    counted.ask('b')
    const page = counted.page()
    expect(timesOf(page).map((time) => time - begun)).toEqual([0, 1_000, 2_000, 2_000])
    expect(hashesOf(page)).toEqual([hashOf('a'), hashOf('a'), hashOf('a'), hashOf('b')])
    expect(page).toMatchObject({ since: begun, until: begun + 2_000, requests: 47, threshold: whole, next: 4, more: false })
    expect(page.truncated).toBe(false)
  })

  test('can be read in pages, from where the last one ended', () => {
    const counted = new Counted()
    for (let key = 0; key < 10; key++) counted.ask(key)
    const read = []
    for (let after = 0, more = true; more;) {
      const page = counted.watch.page('live', after, 4)
      read.push(hashesOf(page))
      ;({ next: after, more } = page)
    }
    expect(read.map((each) => each.length)).toEqual([4, 4, 2])
    expect(read.flat()).toEqual(hashesOf(counted.page()))
    expect(counted.watch.page('live', 10, 4)).toMatchObject({ events: [], next: 10, more: false })
    expect(counted.watch.page('live', 1_000, 4)).toMatchObject({ events: [], next: 10, more: false })
  })

  test('is one recording for each scope, where configs are shared', () => {
    const counted = new Counted({ sharesConfigs: true })
    counted.ask('one', 'config')
    counted.ask('other', 'config')
    expect(hashesOf(counted.page('live'))).toEqual([hashOf('one'), hashOf('other')])
    expect(hashesOf(counted.page('config'))).toEqual([hashOf('config')])
  })
})

describe('when there is no more room', () => {
  test('of many keys a quarter is left out, again and again, and none of the others is missing', () => {
    const counted = new Counted()
    const asked: number[] = []
    for (let at = 0; at < 20_000; at++) {
      counted.now += 1_000
      counted.ask(at % 5_000)
      asked.push(hashOf(`${at % 5_000}`))
    }
    const page = counted.page()
    expect(page.events.length / 2).toBeLessThanOrEqual(1_024)
    expect(page.events.length / 2).toBeGreaterThan(300)
    expect([page.truncated, page.requests]).toEqual([false, 20_000])
    expect(hashesOf(page)).toEqual(asked.filter((hash) => hash < page.threshold))
  })

  test('how many events all keys would make is known all the same', () => {
    const counted = new Counted()
    for (let at = 0; at < 20_000; at++) {
      counted.now += 500
      counted.ask(at % 5_000)
    }
    const { at, requests, told } = counted.page().marks!.at(-1)!
    expect({ at, requests }).toEqual({ at: counted.now, requests: 20_000 })
    expect(Math.abs(told! - 20_000)).toBeLessThan(60)
  })

  test('who reads on from where it was gets nothing twice, and nothing of what stays is left out', () => {
    const counted = new Counted()
    const read: string[] = []
    let [after, slow] = [0, 0]
    const slowly: string[] = []
    const eventsOf = (page: RecordingPage) => timesOf(page).map((time, at) => `${time} ${hashesOf(page)[at]}`)
    for (let at = 0; at < 20_000; at++) {
      counted.now += 1_000
      counted.ask(at % 5_000)
      if (at % 50 !== 0) continue
      const page = counted.watch.page('live', after, 40)
      read.push(...eventsOf(page))
      after = page.next
      if (at % 1_500 !== 0) continue
      const part = counted.watch.page('live', slow, 100)
      slowly.push(...eventsOf(part))
      slow = part.next
    }
    expect(counted.page().threshold).toBeLessThan(whole / 4)
    expect(new Set(read).size).toBe(read.length)
    expect(new Set(slowly).size).toBe(slowly.length)
    const rest = counted.watch.page('live', after, Infinity)
    const all = new Set([...read, ...eventsOf(rest)])
    expect(eventsOf(counted.page()).filter((event) => !all.has(event))).toEqual([])
  })

  test('how many keys there are, and how many in each block of time, is known of all keys', () => {
    const counted = new Counted()
    // Each of 5 000 keys every 10 minutes, for two hours.
    counted.now = Math.ceil(begun / 28_800_000) * 28_800_000
    for (let round = 0; round < 12; round++) {
      for (let key = 0; key < 5_000; key++) {
        counted.ask(key)
        counted.now += 120
      }
    }
    const { threshold, marks } = counted.page()
    expect(threshold).toBeLessThan(whole / 2)
    const parts = marks!.at(-1)!.visits!.map((visits, at) => visits / [60_000, 60_000, 10_000, 5_000, 5_000][at]!)
    for (const part of parts) expect(Math.abs(part - 1)).toBeLessThan(0.03)
  })

  test('of few keys each is written down less often', () => {
    const counted = new Counted()
    for (let at = 0; at < 20_000; at++) {
      counted.now += 1_000
      counted.ask(at % 3)
    }
    const page = counted.page()
    const pauses = timesOf(page).flatMap((time, at, all) => (at < 3 ? [] : [time - all[at - 3]!]))
    expect(page.threshold).toBe(whole)
    expect(page.truncated).toBe(false)
    expect(Math.max(...pauses)).toBeLessThan(128_000)
    expect(Math.min(...pauses)).toBeGreaterThan(10_000)
  })

  test('what is older than two days is forgotten, with the requests of that time', () => {
    const counted = new Counted()
    for (let at = 0; at < 4_000; at++) {
      counted.now += day / 200
      counted.ask(at)
    }
    const page = counted.page()
    expect(page.threshold).toBe(whole)
    expect(page.truncated).toBe(true)
    expect(page.until - page.since).toBeGreaterThan(4 * day)
    expect(Math.min(...timesOf(page))).toBeGreaterThanOrEqual(page.since)
    expect(Math.abs(page.requests - page.events.length / 2)).toBeLessThanOrEqual(1)
  })
})

describe('a clock that jumps', () => {
  test('back: what was written down moves back with it', () => {
    const counted = new Counted()
    counted.ask('a')
    counted.now += 10_000
    counted.ask('b')
    counted.now -= day
    counted.ask('c')
    counted.now += 5_000
    counted.ask('a')
    expect(timesOf(counted.page()).map((time) => time - counted.now)).toEqual([-15_000, -5_000, -5_000, 0])
    expect(counted.page().since).toBe(counted.now - 15_000)
  })

  test('ahead: beyond what can be written down, the older half is forgotten', () => {
    const counted = new Counted()
    counted.ask('a')
    counted.now += 30 * day
    counted.ask('b')
    counted.now += 20 * day
    counted.ask('c')
    expect(timesOf(counted.page()).map((time) => (time - begun) / day)).toEqual([30, 50])
    expect(counted.page().truncated).toBe(true)
    counted.now += 36_500 * day
    counted.ask('d')
    expect(timesOf(counted.page())).toEqual([counted.now])
  })
})

describe('the options of an advisor', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ memoryTarget: 2 }, 'memoryTarget must be a number from 0 to 1; got 2.'],
    [{ target: '0.9' }, "target must be a number from 0 to 1; got '0.9'."],
    [{ maxEvents: 10 }, 'maxEvents must be a whole number from 1024 to 4194304; got 10.'],
    [{ autoTune: true }, 'autoTune must be { minTtlMs, maxTtlMs, target }; got true.'],
    [{ autoTune: { minTtlMs: 0, maxTtlMs: 1, target: 1 } }, 'autoTune.minTtlMs must be a finite number above 0; got 0.'],
    [
      { autoTune: { minTtlMs: 1, maxTtlMs: Infinity, target: 1 } },
      'autoTune.maxTtlMs must be a finite number above 0; got Infinity.',
    ],
    [{ autoTune: { minTtlMs: 2, maxTtlMs: 1, target: 1 } }, 'autoTune.minTtlMs must be at most autoTune.maxTtlMs (1); got 2.'],
    [{ autoTune: { minTtlMs: 1, maxTtlMs: 2 } }, 'autoTune.target must be a number from 0 to 1; got undefined.'],
    [{ autoTune: { minTtlMs: 1, maxTtlMs: 2, target: -1 } }, 'autoTune.target must be a number from 0 to 1; got -1.'],
  ]
  test.each(wrong)('%j is refused, by name', (options, message) => {
    expect(() => createAdvisor(options)).toThrow(InvalidOptionsError)
    expect(() => createAdvisor(options)).toThrow(message)
  })
})
