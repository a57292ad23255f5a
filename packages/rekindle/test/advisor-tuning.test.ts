import { afterEach, describe, expect, test } from 'vitest'
import { createAdvisor } from '../src/advisor/index.ts'
import { nextTtl } from '../src/advisor/next-ttl.ts'
import { Turns } from '../src/advisor/turns.ts'
import type { CacheSettings } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'

const minute = 60_000
const opened: TestAgents[] = []
afterEach(async () => {
  for (const { cache } of opened.splice(0)) await cache.close({ drainMs: 0 })
})

/** The same numbers from 0 to 1 for each test. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
}

const bounds = { minTtlMs: 2 * minute, maxTtlMs: 120 * minute, target: 0.9 }

/** A cache that tunes itself, and people who ask it for agents. */
class Workload {
  readonly clock = new ManualClock()
  readonly agents: TestAgents
  readonly tuned: CacheSettings[] = []
  readonly #random = randomOf(1)

  constructor(options: { stored?: boolean; configTtlMs?: number; liveTtlMs?: number } = {}) {
    const { stored = true, configTtlMs = 10 * minute, liveTtlMs = configTtlMs } = options
    this.agents = new TestAgents({
      clock: this.clock,
      advisor: createAdvisor({ autoTune: bounds }),
      configTtlMs,
      live: { ttlMs: liveTtlMs, maxAgents: 10_000 },
      maxStalenessMs: 1e9,
      ...(stored && { store: new MemoryStore({ clock: this.clock }) }),
    })
    opened.push(this.agents)
    this.agents.cache.on('tuned', ({ to }) => this.tuned.push(to))
  }

  get settings(): CacheSettings {
    return this.agents.cache.stats().settings
  }

  /** Each of `agents` is asked for every `thinkMs`, on average. Returns the share of requests without a full build in the last `measuredMs`. */
  async run(agents: number, thinkMs: number, forMs: number, measuredMs = forMs): Promise<number> {
    const end = this.clock.now() + forMs
    let before = this.agents.cache.stats().served
    let measures = false
    while (this.clock.now() < end) {
      if (!measures && this.clock.now() >= end - measuredMs) {
        before = this.agents.cache.stats().served
        measures = true
      }
      await this.#wait((-Math.log(1 - this.#random()) * thinkMs) / agents)
      await this.agents.ask({ sessionId: `${Math.floor(this.#random() * agents)}` })
    }
    const { memory, config, build } = this.agents.cache.stats().served
    const without = memory + config - before.memory - before.config
    return without / (without + build - before.build)
  }

  async #wait(ms: number): Promise<void> {
    await this.clock.advance(Math.max(1, Math.round(ms)))
  }
}

/** How often it went up and then down, or down and then up, by more than a tenth. */
function turnsOf(values: readonly number[]): number {
  let [turns, direction, extreme] = [0, 0, values[0] ?? 0]
  for (const value of values) {
    if (direction >= 0 && value > extreme) extreme = value
    if (direction <= 0 && value < extreme) extreme = value
    const step = Math.sign(value - extreme)
    if (Math.abs(Math.log(value / extreme)) > Math.log(1.1) && step !== 0) {
      if (direction !== 0) turns++
      direction = step
      extreme = value
    } else if (direction === 0) direction = Math.sign(value - (values[0] ?? 0))
  }
  return turns
}

describe('a cache that tunes itself', () => {
  test.each([true, false])(
    'comes to its target, and back to it when people take longer to answer and agents become more (stored: %s)',
    async (stored) => {
      const workload = new Workload({ stored })
      const shares = [
        await workload.run(100, 2 * minute, 120 * minute, 60 * minute),
        await workload.run(100, 4 * minute, 180 * minute, 80 * minute),
      ]
      if (stored) shares.push(await workload.run(200, 4 * minute, 180 * minute, 80 * minute))
      for (const share of shares) expect(Math.abs(share - bounds.target)).toBeLessThan(0.02)
      const ttls = workload.tuned.map(({ configTtlMs }) => configTtlMs)
      expect(Math.min(...ttls)).toBeGreaterThanOrEqual(bounds.minTtlMs)
      expect(Math.max(...ttls)).toBeLessThanOrEqual(bounds.maxTtlMs)
      for (const [at, ttl] of ttls.entries()) expect(ttl / (ttls[at - 1] ?? 10 * minute)).toBeLessThan(1.501)
      expect(turnsOf(ttls)).toBeLessThan(8)
      for (const { configTtlMs, liveTtlMs, idleMs } of workload.tuned) {
        expect([liveTtlMs, idleMs]).toEqual([configTtlMs, stored ? 900_000 : configTtlMs])
      }
    },
    60_000,
  )

  test('begins within its bounds, and lets live agents live no longer than they were to', () => {
    expect(new Workload({ configTtlMs: 1_000 }).settings.configTtlMs).toBe(bounds.minTtlMs)
    const long = new Workload({ configTtlMs: 1e9, liveTtlMs: 5 * minute })
    expect(long.settings).toMatchObject({ configTtlMs: bounds.maxTtlMs, liveTtlMs: 5 * minute })
    expect(new Workload().tuned).toEqual([])
  })

  test('changes nothing while little is known, when nobody asks, or after it is closed', async () => {
    const workload = new Workload()
    await workload.run(5, minute, 9 * minute)
    expect(workload.tuned).toEqual([])
    await workload.run(100, 2 * minute, 60 * minute)
    const count = workload.tuned.length
    expect(count).toBeGreaterThan(0)
    await workload.clock.advance(2 * minute)
    const settled = workload.tuned.length
    await workload.clock.advance(600 * minute)
    expect(workload.tuned.length).toBe(settled)
    await workload.agents.cache.close({ drainMs: 0 })
    await settle()
    expect(workload.clock.timers).toBe(0)
  })

  test('keeps to what can be had when nothing reaches the target', async () => {
    // Three in ten requests are for an agent never asked for before.
    const workload = new Workload()
    let fresh = 0
    for (let at = 0; at < 2_500; at++) {
      await workload.clock.advance(4_000)
      await workload.agents.ask({ sessionId: at % 10 < 3 ? `new ${fresh++}` : `${at % 20}` })
    }
    const { configTtlMs } = workload.settings
    expect(configTtlMs).toBeLessThan(bounds.maxTtlMs)
    expect(configTtlMs).toBeGreaterThanOrEqual(10 * minute)
  })
})

describe('the next time to live', () => {
  const outlook = (expect: (ttlMs: number) => number) => ({ expect, errorOf: () => 0 })
  const step = (current: number, share: (ttlMs: number) => number) => nextTtl(current, bounds, outlook(share), new Turns(1))
  const grows = (ttlMs: number) => 1 - minute / ttlMs

  test('is longer below the target and shorter above it, by half of the way and at most one and a half times', async () => {
    expect((await step(3 * minute, grows))?.ttlMs).toBe(4.5 * minute)
    expect((await step(60 * minute, grows))?.ttlMs).toBe(40 * minute)
    const near = (await step(12 * minute, grows))!.ttlMs
    expect(near).toBeGreaterThan(10.5 * minute)
    expect(near).toBeLessThan(11.5 * minute)
  })

  test('is the same within half a point of the target', async () => {
    expect(await step(9.6 * minute, grows)).toBeUndefined()
    expect(await step(10.5 * minute, grows)).toBeUndefined()
  })

  test('is within the bounds, whatever is expected', async () => {
    expect((await step(2.1 * minute, () => 1))?.ttlMs).toBe(Math.round(Math.sqrt(2.1 * 2) * minute))
    expect(await step(bounds.minTtlMs, () => 1)).toBeUndefined()
    expect(await step(100 * minute, (ttlMs) => grows(ttlMs) - 0.5)).toBeUndefined()
    expect((await step(100 * minute, (ttlMs) => ttlMs / bounds.maxTtlMs / 2))?.ttlMs).toBeLessThanOrEqual(bounds.maxTtlMs)
  })
})
