import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAdvisor, type Facts, predictOn, type Prediction } from '../src/advisor/index.ts'
import type { CacheSettings, RecordingPage } from '../src/index.ts'
import { ManualClock, MemoryStore } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'

/** After a pause, a worker is asked for a key. */
interface Request {
  readonly pauseS: number
  readonly worker: number
  readonly key: number
}

const requestsOf = (workers: number, maxLength: number) =>
  fc.array(
    fc.record({
      pauseS: fc.integer({ min: 1, max: 6 }),
      worker: fc.integer({ min: 0, max: workers - 1 }),
      key: fc.integer({ min: 0, max: 6 }),
    }),
    { minLength: 1, maxLength },
  )

/** Or for ever: so that each limit is sometimes the only one. */
const seconds = (max: number) => fc.oneof(fc.integer({ min: 1, max }), fc.constant(1e6)).map((each) => each * 1_000)

const someSettings: fc.Arbitrary<CacheSettings> = fc.record({
  configTtlMs: seconds(100),
  liveTtlMs: seconds(100),
  idleMs: seconds(40),
  maxAgents: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(1_000)),
})

const begun = 1_700_000_000_000

function pagesOf(requests: readonly Request[], workers: number): RecordingPage[] {
  const events: number[][] = Array.from({ length: workers }, () => [])
  let now = begun
  for (const { pauseS, worker, key } of requests) {
    now += pauseS * 1_000
    events[worker]!.push(now, key * 1_000_003)
  }
  return events.map((own) => {
    const count = own.length / 2
    return { since: begun, until: now, requests: count, threshold: 2 ** 31, next: count, more: false, events: own }
  })
}

const factsOf = (settings: CacheSettings, stored: boolean, workers: number): Facts => ({
  settings,
  stored,
  sharesConfigs: false,
  ttlJitter: 0,
  workers,
  cost: { configMs: 1, buildMs: 10 },
  bytes: undefined,
})

const countsOf = ({ memoryHitRate, withoutBuild }: Prediction, requests: number) => ({
  memory: Math.round(memoryHitRate * requests * 1e6) / 1e6,
  build: Math.round((1 - withoutBuild) * requests * 1e6) / 1e6,
})

interface Agent {
  readonly madeAt: number
  readonly until: number
  usedAt: number
}

/** The same, as plainly as it can be said. */
function plainly(requests: readonly Request[], workers: number, settings: CacheSettings, stored: boolean) {
  const memories = Array.from({ length: workers }, () => new Map<number, Agent>())
  const configs = new Map<number, number>()
  let [memory, build, most, liveMs, now] = [0, 0, 0, 0, begun]
  const endOf = ({ until, usedAt }: Agent) => Math.min(until, usedAt + settings.idleMs)
  const remove = (agents: Map<number, Agent>, key: number, at: number) => {
    const agent = agents.get(key)!
    liveMs += Math.min(at, endOf(agent)) - agent.madeAt
    agents.delete(key)
  }
  for (const { pauseS, worker, key } of requests) {
    now += pauseS * 1_000
    const agents = memories[worker]!
    for (const all of memories) for (const [each, agent] of all) if (now >= endOf(agent)) remove(all, each, now)
    const agent = agents.get(key)
    if (agent !== undefined) {
      memory++
      agent.usedAt = now
    } else {
      if (!stored || now >= (configs.get(key) ?? 0)) {
        build++
        configs.set(key, now + settings.configTtlMs)
      }
      agents.set(key, { madeAt: now, until: Math.min(now + settings.liveTtlMs, configs.get(key)!), usedAt: now })
    }
    if (agents.size > settings.maxAgents) {
      const [oldest] = [...agents].sort(([, one], [, other]) => one.usedAt - other.usedAt)[0]!
      remove(agents, oldest, now)
    }
    most = Math.max(most, agents.size)
  }
  for (const agents of memories) for (const key of agents.keys()) remove(agents, key, now)
  return { memory, build, most, liveMs }
}

test('a replay of everything is exact: with LRU, times to live, idle times and configs that several workers share', async () => {
  await fc.assert(
    fc.asyncProperty(requestsOf(3, 120), someSettings, fc.boolean(), async (requests, settings, stored) => {
      const pages = pagesOf(requests, 3)
      const [prediction] = await predictOn({ live: pages, config: 'live' }, factsOf(settings, stored, 3), [settings])
      const { memory, build, most, liveMs } = plainly(requests, 3, settings, stored)
      expect(countsOf(prediction!, requests.length)).toEqual({ memory, build })
      expect(prediction!.liveAgents.max).toBe(most)
      const span = Math.max(1, pages[0]!.until - begun)
      expect(prediction!.liveAgents.mean).toBeCloseTo(liveMs / span / 3, 9)
    }),
    { numRuns: 1_000 },
  )
})

test('what is predicted for the settings of a cache, from what was recorded there, is what it has counted', async () => {
  await fc.assert(
    fc.asyncProperty(requestsOf(1, 40), someSettings, fc.boolean(), async (requests, settings, stored) => {
      const clock = new ManualClock(begun)
      const advisor = createAdvisor()
      const { configTtlMs, liveTtlMs, idleMs, maxAgents } = settings
      const agents = new TestAgents({
        clock,
        advisor,
        configTtlMs,
        live: { ttlMs: liveTtlMs, idleMs, maxAgents },
        maxStalenessMs: 1e9,
        ...(stored && { store: new MemoryStore({ clock }) }),
      })
      for (const { pauseS, key } of requests) {
        await clock.advance(pauseS * 1_000)
        await agents.ask({ sessionId: `${key}` })
      }
      const { served } = agents.cache.stats()
      const { current, requests: counted } = await advisor.advise()
      await agents.cache.close({ drainMs: 0 })
      expect(counted).toBe(requests.length)
      expect(countsOf(current, counted)).toEqual({ memory: served.memory, build: served.build })
      expect(current.configHitRate * (counted - served.memory)).toBeCloseTo(served.config, 6)
    }),
    { numRuns: 40 },
  )
})
