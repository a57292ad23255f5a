import { describe, expect, test } from 'vitest'
import { type AgentKey, encodeKey, type KeyField } from '../src/agent-key.ts'
import type { ConfigRecord } from '../src/config/config-record.ts'
import { Events } from '../src/events.ts'
import { Disposer } from '../src/live/disposer.ts'
import { fromMemory, LiveLease } from '../src/live/lease.ts'
import { LiveAgent, type QueuedWaiter } from '../src/live/live-agent.ts'
import { LiveTier } from '../src/live/live-tier.ts'
import { Scale } from '../src/live/pressure/scale.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { Tracing } from '../src/tracing.ts'
import { keyOf } from './test-agents.ts'

const identity = { namespace: 'test', worker: 'w' }
const allFields: readonly KeyField[] = ['agentId', 'userId', 'sessionId', 'reasoning']

type Options = Partial<{
  liveScope: readonly KeyField[]
  exclusive: boolean
  maxAgents: number
  staleIfErrorMs: number
  weigh: (agent: string) => number
}>

/** A tier whose agents serve for 10 s and may lie idle for 30 s, with what befalls them. */
function tierOf({ liveScope = allFields, exclusive = false, maxAgents = 100, staleIfErrorMs = 0, weigh }: Options = {}) {
  const clock = new ManualClock(1_000_000)
  const events = new Events(identity)
  const trace: string[] = []
  const failures: string[] = []
  events.on('disposed', ({ key, cause }) => trace.push(`${key.sessionId} disposed: ${cause}`))
  events.on('retired', ({ key, cause }) => trace.push(`${key.sessionId} retired: ${cause}`))
  events.on('weigh-failed', ({ error }) => failures.push((error as Error).message))
  const disposer = new Disposer<string>(() => {}, { events, tracing: new Tracing(identity) }, liveScope)
  const settings = { configTtlMs: 60_000, liveTtlMs: 10_000, idleMs: 30_000, maxAgents }
  const tier = new LiveTier<string, string>(
    {
      liveScope,
      settings,
      exclusive,
      clock,
      watchMemory: () => ({ start() {}, stop() {} }),
      staleWhileRevalidateMs: 0,
      staleIfErrorMs,
    },
    new Scale<string, string>(weigh, liveScope, events),
    disposer,
    events,
  )
  tier.vouchedUntil = Infinity
  const asOf = { history: 'h', clock: 1, unconfirmed: 0 }
  const recordOf = (key: AgentKey, tags: readonly string[] = []): ConfigRecord<string> => ({
    config: 'config',
    key,
    fingerprint: 'fingerprint',
    asOf,
    tags,
    freshUntil: clock.now() + 60_000,
  })
  const make = (changes: Partial<AgentKey> = {}, tags: readonly string[] = []) => {
    const key = tier.keyOf(keyOf(changes))
    const record = recordOf(key, tags)
    return new LiveAgent(String(key.sessionId), key, record, tier.period(record, record.freshUntil), clock.now())
  }
  const admit = (sessionId: string, tags: readonly string[] = []) => {
    const live = make({ sessionId }, tags)
    tier.admit(live)
    return live
  }
  return { clock, tier, trace, failures, make, admit, recordOf }
}

describe('live agents', () => {
  const values = { agentId: ['a', 'b'], userId: ['u', 'v'], sessionId: ['s', 't'], reasoning: [false, true] } as const

  test.each(allFields.flatMap((field) => [[[field]], [allFields.filter((other) => other !== field)]]))(
    'are told apart by the fields of their scope and by no other: %s',
    (liveScope) => {
      const { tier, make } = tierOf({ liveScope })
      const live = make()
      tier.admit(live)
      for (const field of allFields) {
        const found = tier.find(keyOf({ [field]: values[field][1] }))
        expect([field, found === live]).toEqual([field, !liveScope.includes(field)])
      }
    },
  )

  test('are found by the tags of the config they were last confirmed for, and by none of before', () => {
    const { tier, admit, recordOf } = tierOf()
    const live = admit('s', ['before'])
    tier.renew(live, recordOf(keyOf(), ['now']), Infinity)
    expect(tier.retireDependents(['#"before"'], 'invalidated')).toBe(0)
    expect(tier.retireDependents(['#"now"'], 'invalidated')).toBe(1)
  })

  test('make way for one of the same key, and it is known why', async () => {
    const { tier, admit, trace } = tierOf()
    admit('s')
    admit('s')
    await settle()
    expect([trace, tier.removals.replaced, tier.size]).toEqual([['s retired: replaced', 's disposed: replaced'], 1, 1])
    const departures = [1, 2].map(() => tier.takeDeparture(encodeKey(keyOf())))
    expect(departures).toEqual(['replaced', 'cold'])
  })

  test('that come after the end are closed', () => {
    const { tier, admit, trace } = tierOf()
    tier.close()
    admit('s')
    expect([trace, tier.size]).toEqual([['s retired: closed', 's disposed: closed'], 0])
  })

  test('that are abandoned are disposed for that reason, once', () => {
    const { tier, admit, trace } = tierOf()
    const live = admit('s')
    tier.checkOut(live)
    tier.close()
    tier.abandonLeases()
    tier.checkIn(live)
    expect(trace).toEqual(['s retired: closed', 's disposed: closed'])
    expect([live.state, tier.byUse(9)]).toEqual([{ phase: 'disposed', cause: 'closed' }, []])
  })

  test('that are to leave do so once, and no others', () => {
    const { tier, admit, trace } = tierOf()
    const [one, two] = [admit('one', ['t']), admit('two', ['u'])]
    expect(tier.retireWhere((live) => live === one, 'invalidated')).toBe(1)
    tier.retire(one, 'expired')
    expect([tier.retireDependents(['#"t"'], 'invalidated'), tier.byUse(9)]).toEqual([0, [two]])
    expect(trace).toEqual(['one retired: invalidated', 'one disposed: invalidated'])
  })

  test('have all been let go of only with the last lease', async () => {
    const { tier, admit } = tierOf()
    const agents = [admit('one'), admit('two')]
    for (const live of agents) tier.checkOut(live)
    tier.close()
    let isOver = false
    void tier.lastLease().then(() => (isOver = true))
    for (const [index, live] of agents.entries()) {
      tier.checkIn(live)
      await settle()
      expect(isOver).toBe(index === 1)
    }
  })
})

describe('an agent in use', () => {
  test('is not idle, however long it has been held, and is fresh or not all the same', async () => {
    const { clock, tier, admit } = tierOf()
    const live = admit('s')
    tier.checkOut(live)
    expect(tier.standing(live, clock.now() + 9_999)).toBe('fresh')
    expect(tier.standing(live, clock.now() + 40_000)).toBe('expired')
    tier.checkIn(live)
    expect(tier.standing(live, clock.now() + 30_000)).toBe('idle')
  })

  test('does not go for want of room though it was idle for longest', async () => {
    const { clock, tier, admit, trace } = tierOf({ maxAgents: 2 })
    const [one] = [admit('one'), await clock.advance(10), admit('two')]
    tier.checkOut(one)
    await clock.advance(10)
    admit('three')
    expect(trace).toEqual(['two retired: evicted', 'two disposed: evicted'])
    expect(one.state.phase).toBe('ready')
  })

  test('comes first in the list by use, of which no more is made than was asked for', () => {
    const { tier, admit } = tierOf()
    const agents = ['one', 'two', 'three'].map((name) => admit(name))
    tier.checkOut(agents[0]!)
    tier.checkOut(agents[1]!)
    const byUse = (limit: number) => tier.byUse(limit).map(({ agent }) => agent)
    expect(byUse(3).at(-1)).toBe('three')
    expect(byUse(3).toSorted()).toEqual(['one', 'three', 'two'])
    expect([byUse(2).toSorted(), byUse(1).length, byUse(0)]).toEqual([['one', 'two'], 1, []])
  })
})

describe('an idle agent', () => {
  test('that was made for nobody goes for want of room', () => {
    const { admit, trace } = tierOf({ maxAgents: 1 })
    admit('one')
    admit('two')
    expect(trace).toEqual(['one retired: evicted', 'one disposed: evicted'])
  })

  test.each([
    [0, 10_000],
    [5_000, 30_000],
  ])('goes when it can serve no more, be it as a stand-in: staleIfErrorMs %i', async (staleIfErrorMs, goesAfterMs) => {
    const { clock, tier, admit } = tierOf({ staleIfErrorMs })
    admit('s')
    await clock.advance(goesAfterMs - 1)
    expect(tier.size).toBe(1)
    await clock.advance(1)
    expect(tier.size).toBe(0)
  })

  test('is listed after those used later, however many there are', async () => {
    const { clock, tier, admit } = tierOf()
    for (const name of 'abcdefgh'.split('')) {
      admit(name)
      await clock.advance(1)
    }
    const first = tier.find(keyOf({ sessionId: 'a' }))!
    tier.touch(first, clock.now())
    expect(tier.byUse(2).map(({ agent }) => agent)).toEqual(['a', 'h'])
    expect(tier.byUse(8).map(({ agent }) => agent)).toEqual(['a', ...'hgfedcb'.split('')])
  })
})

describe('the queue for an exclusive agent', () => {
  function queued() {
    const world = tierOf({ exclusive: true })
    const live = world.make()
    world.tier.checkOut(live)
    world.tier.admit(live)
    const told: string[] = []
    for (const name of ['one', 'two']) {
      const waiter: QueuedWaiter<string, string> = {
        grant: () => void told.push(`${name} has it`),
        askAgain: () => void told.push(`${name} asks again`),
      }
      world.tier.enqueue(live, waiter)
    }
    return { ...world, live, told }
  }

  test('is served one at a time, each once', () => {
    const { tier, live, told } = queued()
    tier.checkIn(live)
    expect([told, tier.inUse, live.leases]).toEqual([['one has it'], 1, 1])
    tier.checkIn(live)
    tier.checkIn(live)
    expect([told, tier.inUse, live.leases]).toEqual([['one has it', 'two has it'], 0, 0])
  })

  test('asks again when nobody vouches for the agent, which is idle then', async () => {
    const { clock, tier, live, told, admit } = queued()
    tier.vouchedUntil = clock.now()
    tier.checkIn(live)
    expect([told, tier.inUse]).toEqual([['one asks again', 'two asks again'], 0])
    expect(tier.byUse(9)).toEqual([live])
    admit('other')
    await clock.advance(30_000)
    expect(tier.size).toBe(0)
  })

  test('asks again when the agent is too old, which leaves', () => {
    const { clock, tier, live, told, trace } = queued()
    const now = clock.now()
    clock.now = () => now + 10_000
    tier.checkIn(live)
    expect([told, tier.inUse]).toEqual([['one asks again', 'two asks again'], 0])
    expect(trace).toEqual(['s retired: expired', 's disposed: expired'])
  })
})

describe('the weight of an agent', () => {
  const weights = [0, 0.4, 12.6, 2 ** 50].map((bytes) => [bytes, Math.max(1, Math.round(bytes))])
  test.each(weights)('of %d bytes is a whole number of at least one', (bytes, weight) => {
    const { admit, failures } = tierOf({ weigh: () => bytes })
    expect([admit('s').bytes, failures]).toEqual([weight, []])
  })

  test.each([
    [-1, '-1'],
    [NaN, 'NaN'],
    [2 ** 50 + 1, String(2 ** 50 + 1)],
    ['12', 'a value of type string'],
    [Promise.resolve(12), 'a value of type object'],
  ])('cannot be %s', (bytes, got) => {
    const { admit, failures } = tierOf({ weigh: () => bytes as number })
    expect(admit('s').bytes).toBe(undefined)
    expect(failures).toEqual([`weighAgent must return a number of bytes, from 0 to 2^50; got ${got}.`])
  })
})

describe('a lease', () => {
  test.each(['release', 'dispose', 'asyncDispose'] as const)('ends once, whichever way it ends first: %s', async (way) => {
    const { tier, admit } = tierOf()
    const live = admit('s')
    tier.checkOut(live)
    tier.checkOut(live)
    const lease = new LiveLease(live, tier, fromMemory)
    const ways = {
      release: () => lease.release(),
      dispose: () => lease[Symbol.dispose](),
      asyncDispose: () => lease[Symbol.asyncDispose](),
    }
    await ways[way]()
    expect(live.leases).toBe(1)
    for (const end of Object.values(ways)) await end()
    expect(live.leases).toBe(1)
  })
})
