import { describe, expect, test } from 'vitest'
import { type Advice, adviseOn, createAdvisor, type Facts, factsFrom, readTrace, TraceError } from '../src/advisor/index.ts'
import type { RecordingPage } from '../src/index.ts'
import { ManualClock, MemoryStore } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'

const minute = 60_000
const hour = 60 * minute

const facts = (changes: Partial<Facts> = {}): Facts => ({
  settings: { configTtlMs: hour, liveTtlMs: hour, idleMs: 15 * minute, maxAgents: 1_000 },
  stored: true,
  sharesConfigs: false,
  ttlJitter: 0,
  workers: 1,
  cost: { configMs: 2, buildMs: 100 },
  bytes: { pointer: 150, config: 4_000, configsPerEntry: 0.1 },
  ...changes,
})

/** `keys` asked for in turns, each every `everyMs`, for `hours`. */
function rounds({ keys, everyMs, hours }: { keys: number; everyMs: number; hours: number }): Promise<RecordingPage> {
  const lines = []
  for (let now = 0; now < hours * hour; now += everyMs) {
    for (let key = 0; key < keys; key++) lines.push(`${Math.round(now + (key * everyMs) / keys)},agent ${key}`)
  }
  return readTrace(lines, { unit: 'ms' })
}

const settingOf = ({ recommended }: Advice) => recommended.prediction.setting

describe('advice', () => {
  test('says what is, what would be, and what it takes to reach the targets', async () => {
    // Each agent is asked for every 10 minutes: 24 hours are 145 requests for each.
    const page = await rounds({ keys: 50, everyMs: 10 * minute, hours: 24 })
    const progress: number[] = []
    const advice = await adviseOn({ live: [page], config: 'live' }, facts(), { memoryTarget: 0.8, target: 0.9 }, (done, of) =>
      progress.push(done / of),
    )
    // An hour is six requests: a build, and five from memory.
    expect(advice.current).toMatchObject({ memoryHitRate: 5 / 6, withoutBuild: 5 / 6, configHitRate: 0 })
    expect(advice.current.liveAgents.max).toBe(50)
    expect(advice.current.liveAgents.mean).toBeCloseTo(50, 0)
    expect(advice.current.store.entries).toBeCloseTo(50, 0)
    expect(advice.current.store.bytes).toBeCloseTo(advice.current.store.entries * 550, 6)
    expect(advice.current.buildsPerHour).toBeCloseTo(50, 0)
    expect(advice.current.rebuildMsPerHour).toBeCloseTo(5_000, -2)
    expect([advice.caution, advice.requests, advice.sample]).toEqual([undefined, 7_200, { events: 7_200, keys: 50, rate: 1 }])
    expect(progress.at(-1)).toBe(1)

    // 14 loads in 24 hours, not 15: at most every 110 minutes, so for more than 100; and idle for more than ten minutes.
    const recommended = { configTtlMs: 2 * hour, liveTtlMs: 2 * hour, idleMs: 15 * minute, maxAgents: 50 }
    expect(settingOf(advice)).toEqual(recommended)
    expect(advice.recommended.reachesTargets).toBe(true)
    expect(advice.recommended.prediction.withoutBuild).toBeGreaterThanOrEqual(0.9)
  })

  test('recommends nothing less than now where too little has been seen to know', async () => {
    const page = await rounds({ keys: 5, everyMs: 10_000, hours: 0.1 })
    const { settings } = facts()
    const advice = await adviseOn({ live: [page], config: 'live' }, facts())
    expect(advice.caution).toMatch(/^Only 6 minutes and 180 requests/)
    expect(settingOf(advice)).toEqual(settings)
    const small = await adviseOn({ live: [page], config: 'live' }, facts({ settings: { ...settings, maxAgents: 3 } }))
    expect(settingOf(small)).toEqual({ ...settings, maxAgents: 5 })
  })

  test('varies one setting in each curve, and two in each grid', async () => {
    const page = await rounds({ keys: 10, everyMs: 5 * minute, hours: 10 })
    const { curves, grids, current } = await adviseOn({ live: [page], config: 'live' }, facts())
    const { setting } = current
    for (const { setting: varied } of curves.idle) expect(varied).toEqual({ ...setting, idleMs: varied.idleMs })
    for (const { setting: varied } of curves.liveTtl) expect(varied).toEqual({ ...setting, liveTtlMs: varied.liveTtlMs })
    expect(curves.configTtl.map((each) => each.setting.configTtlMs)).toHaveLength(16)
    const sizes = curves.size.map((each) => each.setting.maxAgents)
    expect(Math.max(...sizes)).toBeGreaterThan(10)
    for (const row of grids.ttlBySize) {
      expect(row.map((each) => each.setting.maxAgents)).toEqual(sizes)
      expect(new Set(row.flatMap((each) => [each.setting.configTtlMs, each.setting.liveTtlMs])).size).toBe(1)
    }
    const rates = curves.configTtl.map((each) => each.withoutBuild)
    expect(rates).toEqual([...rates].sort((one, other) => one - other))
  })

  test('says by how much a target is missed that nothing reaches, and what comes as near', async () => {
    const lines = Array.from({ length: 4_000 }, (_, at) => `${at * 10},${at % 4 === 0 ? `once ${at}` : 'often'}`)
    const { recommended } = await adviseOn({ live: [await readTrace(lines)], config: 'live' }, facts())
    expect(recommended.reachesTargets).toBe(false)
    expect(recommended.why).toMatch(/at most 7[45]\.\d % and 7[45]\.\d %/)
    expect(recommended.prediction.memoryHitRate).toBeGreaterThan(0.74)
  })

  test('without a store, what memory does not have is built', async () => {
    const page = await rounds({ keys: 20, everyMs: 10 * minute, hours: 12 })
    const { current } = await adviseOn({ live: [page], config: 'live' }, facts({ stored: false }))
    expect(current).toMatchObject({ memoryHitRate: 5 / 6, withoutBuild: 5 / 6, configHitRate: 0, store: { entries: 0 } })
  })

  test('where configs are shared, counts the loads of those, and ends live agents with them', async () => {
    // 40 sessions of 2 agents, each asked for once in ten minutes for a day.
    const sessions = await rounds({ keys: 40, everyMs: 10 * minute, hours: 24 })
    const agents = await rounds({ keys: 2, everyMs: 30_000, hours: 24 })
    const shared = facts({ sharesConfigs: true })
    const { current } = await adviseOn({ live: [sessions], config: [{ ...agents, requests: sessions.requests }] }, shared)
    // An agent's config is loaded once an hour; its sessions' six requests an hour are five from memory, and one from it.
    expect(current.buildsPerHour).toBeCloseTo(2, 0)
    expect(current.memoryHitRate).toBeGreaterThan(0.8)
    expect(current.memoryHitRate).toBeLessThan(0.86)
    expect(current.configHitRate).toBeGreaterThan(0.94)
  })

  test('of several workers, each with its own memory, counts one load for all', async () => {
    const page = await rounds({ keys: 10, everyMs: 10 * minute, hours: 12 })
    const { current } = await adviseOn({ live: [page, page, page], config: 'live' }, facts({ workers: 3 }))
    expect(current.liveAgents.max).toBe(10)
    expect(current.buildsPerHour).toBeCloseTo(10, 0)
    expect(current.withoutBuild).toBeCloseTo(1 - 1 / 18, 3)
    expect(current.memoryHitRate).toBeCloseTo(5 / 6, 3)
  })

  test('warns while little has been recorded, and gives numbers all the same', async () => {
    const empty: RecordingPage = { since: 5, until: 5, requests: 0, threshold: 2 ** 31, next: 0, more: false, events: [] }
    const nothing = await adviseOn({ live: [empty], config: 'live' }, facts())
    expect(nothing.caution).toBe('Nothing has been recorded yet.')
    expect(nothing.current.memoryHitRate).toBe(0)
    const none = await adviseOn({ live: [], config: 'live' }, facts())
    expect([none.requests, none.caution]).toEqual([0, 'Nothing has been recorded yet.'])
    const few = await adviseOn({ live: [await rounds({ keys: 5, everyMs: minute, hours: 1 })], config: 'live' }, facts())
    expect(few.caution).toMatch(/^Only 60 minutes and 300 requests for 5 agents have been recorded/)
    const short = await adviseOn({ live: [await rounds({ keys: 50, everyMs: minute, hours: 1.5 })], config: 'live' }, facts())
    expect(short.caution).toMatch(/not twice configTtlMs \(60 minutes\)/)
    const enough = await adviseOn({ live: [await rounds({ keys: 50, everyMs: minute, hours: 3 })], config: 'live' }, facts())
    expect(enough.caution).toBeUndefined()
  })

  test('drops what was read twice, and keys that other pages have left out', async () => {
    const page = await rounds({ keys: 40, everyMs: 10 * minute, hours: 12 })
    const twice = { ...page, events: [...page.events, ...page.events.slice(-200)] }
    const once = await adviseOn({ live: [page], config: 'live' }, facts())
    expect(await adviseOn({ live: [twice], config: 'live' }, facts())).toEqual(once)
    const half = { ...page, threshold: 2 ** 30 }
    const { sample } = await adviseOn({ live: [page, half], config: 'live' }, facts())
    expect(sample.rate).toBe(0.5)
    expect(sample.keys).toBeLessThan(35)
  })

  test('puts right a sample that has too few keys, or too many, where it is known how many requests all have', async () => {
    // Each of 2 000 is asked for ten times, too seldom for an hour: nothing is a hit, whatever the sample.
    const whole = await rounds({ keys: 2_000, everyMs: 2 * hour, hours: 20 })
    const threshold = 2 ** 31 / 64
    const events: number[] = []
    for (let at = 0; at < whole.events.length; at += 2) {
      if (whole.events[at + 1]! < threshold) events.push(whole.events[at]!, whole.events[at + 1]!)
    }
    const marks = [0, 20_000].map((requests) => ({ at: requests === 0 ? whole.since : whole.until, requests, told: requests }))
    expect(events.length / 20).toBeLessThan(2_000 / 64 - 1)
    const { current, sample } = await adviseOn({ live: [{ ...whole, threshold, events, marks }], config: 'live' }, facts())
    expect(sample.rate).toBe(1 / 64)
    expect(current.memoryHitRate).toBeCloseTo(0, 9)
    expect(current.buildsPerHour).toBeCloseTo(20_000 / ((whole.until - whole.since) / hour), 6)
  })

  test('comes in pieces: the process does other things meanwhile', async () => {
    const lines = Array.from({ length: 30_000 }, (_, at) => `${at * 5},${(at * 7_919) % 6_000}`)
    const page = await readTrace(lines)
    let turns = 0
    const again = (): void => void (turns++, (timer = setImmediate(again)))
    let timer = setImmediate(again)
    await adviseOn({ live: [page], config: 'live' }, facts())
    clearImmediate(timer)
    expect(turns).toBeGreaterThan(10)
  })
})

describe('an advisor', () => {
  test('watches one cache, and advises on what it recorded there', async () => {
    const clock = new ManualClock()
    const advisor = createAdvisor({ memoryTarget: 0.5, target: 0.5 })
    await expect(advisor.advise()).rejects.toThrow('watches no cache')
    const store = new MemoryStore({ clock })
    const agents = new TestAgents({ advisor, clock, store, configScope: ['agentId'], maxStalenessMs: 1e9 })
    expect(() => new TestAgents({ advisor })).toThrow("This advisor watches 'test' already")
    for (const sessionId of ['1', '2', '3']) await agents.ask({ sessionId })
    await clock.advance(2_000)
    for (const sessionId of ['1', '2', '3']) await agents.ask({ sessionId })
    const { current, requests, caution } = await advisor.advise()
    expect({ requests, memory: current.memoryHitRate, withoutBuild: current.withoutBuild }).toEqual({
      requests: 6,
      memory: 0.5,
      withoutBuild: 5 / 6,
    })
    expect(caution).toMatch(/^Only 2 seconds/)
    const facts = factsFrom([agents.cache.stats()], { sharesConfigs: true })
    expect(facts).toMatchObject({ stored: true, sharesConfigs: true, ttlJitter: 0.1, workers: 1 })
    expect(facts.bytes!.config).toBe(JSON.stringify({ name: 'agent a', version: 1 }).length)
    await agents.cache.close({ drainMs: 0 })
  })
})

describe('a trace', () => {
  test('is read line by line; a key is the rest of its line', async () => {
    const { events, since, until, requests } = await readTrace(['1,a', '', '2.5,b,c\r', '2.5,a'])
    expect(events.filter((_, at) => at % 2 === 0)).toEqual([1_000, 2_500, 2_500])
    expect([events[1] === events[5], since, until, requests]).toEqual([true, 1_000, 2_500, 3])
  })

  test.each([
    [['1,a', 'b'], 2, 'Line 2 of the trace must be "time,key", the time in s since some beginning; got \'b\'.'],
    [['1,a', ',b'], 2, 'Line 2'],
    [['-1,a'], 1, 'Line 1'],
    [['2,a', '', '1,a'], 3, 'Line 3 of the trace is earlier than the one before (1). Sort them by time.'],
  ])('%j is refused, by line', async (lines, line, message) => {
    const error = await readTrace(lines).catch((thrown: unknown) => thrown)
    expect(TraceError.isInstance(error) && error.line).toBe(line)
    expect((error as Error).message).toContain(message)
  })
})
