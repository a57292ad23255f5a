import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AgentCacheEvents, createAgentCache, type MemoryReading } from '../src/index.ts'
import { ManualClock, MemoryStore } from '../src/testing/index.ts'
import { keyOf, TestAgents } from './test-agents.ts'

type Pressure = AgentCacheEvents['memory-pressure']
type TestOptions = NonNullable<ConstructorParameters<typeof TestAgents>[0]>

const calm: MemoryReading = { heap: { usedBytes: 500, limitBytes: 1_000 }, collections: 0 }

/** Agents in a process whose memory is what the test says. */
function crowded(options: TestOptions = {}) {
  const memory = { reading: calm, reads: 0 }
  const readMemory = () => {
    memory.reads++
    return memory.reading
  }
  const agents = new TestAgents({ readMemory, ...options })
  const events: Pressure[] = []
  agents.cache.on('memory-pressure', (event) => events.push(event))
  const { cache, clock, made } = agents
  return {
    agents,
    cache,
    clock,
    made,
    memory,
    events,
    /** Makes agents of these users, one after the other. */
    async make(...userIds: string[]): Promise<void> {
      for (const userId of userIds) {
        await agents.ask({ userId })
        await agents.clock.advance(1)
      }
    },
    /** Memory is used like this now, after so many full collections; the next look comes. */
    async use(usedBytes: number, collections: number): Promise<void> {
      memory.reading = { heap: { usedBytes, limitBytes: 1_000 }, collections }
      await agents.clock.advance(1_000)
    },
    present: () => agents.made.filter(({ disposals }) => disposals === 0).map(({ key }) => key.userId),
  }
}

const users = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)

/** What `performance.now` says: loading and creating take as long as a test wants. */
let time = 0
beforeEach(() => {
  time = 0
  vi.spyOn(performance, 'now').mockImplementation(() => time)
})
afterEach(() => vi.restoreAllMocks())

describe('near a limit of the memory, agents that nobody holds', () => {
  test('are dropped a few at a time, with a full collection in between, until that is over', async () => {
    const { make, use, present, events, cache } = crowded()
    await make(...users(32))
    await use(849, 0)
    expect(present()).toHaveLength(32)

    await use(850, 0)
    expect(present()).toEqual(users(32).slice(2))
    expect(events).toEqual([{ resource: 'heap', usedBytes: 850, limitBytes: 1_000, dropped: 2 }])
    // What went has not been collected yet.
    for (let look = 0; look < 10; look++) await use(850, 0)
    expect(present()).toHaveLength(30)

    await use(800, 1)
    expect(present()).toEqual(users(32).slice(4))
    await use(699, 2)
    await use(840, 3)
    expect(present()).toHaveLength(28)
    expect(events.map(({ usedBytes, dropped }) => [usedBytes, dropped])).toEqual([
      [850, 2],
      [800, 2],
    ])
    expect(cache.stats()).toMatchObject({ live: 28, removals: { pressure: 4, evicted: 0 } })
  })

  test('go on leaving when use grows before there is a collection', async () => {
    const { make, use, present } = crowded()
    await make(...users(32))
    await use(850, 0)
    await use(866, 0)
    await use(867, 0)
    expect(present()).toHaveLength(28)
  })

  test('make room for a new one at once, not when a timer comes', async () => {
    const { make, memory, present, agents } = crowded()
    await make(...users(16))
    memory.reading = { heap: { usedBytes: 900, limitBytes: 1_000 }, collections: 0 }
    await agents.ask({ userId: 'new' })
    expect(present()).toEqual([...users(16).slice(2), 'new'])
  })

  test('leave for want of memory in the container, too', async () => {
    const { make, memory, events, clock, present } = crowded()
    await make('1', '2')
    memory.reading = { ...calm, container: { usedBytes: 90, limitBytes: 100 } }
    await clock.advance(1_000)
    expect(events).toEqual([{ resource: 'container', usedBytes: 90, limitBytes: 100, dropped: 1 }])
    expect(present()).toEqual(['2'])
  })

  test('go once a look, although both are near their limits: it may be what both needed', async () => {
    const { make, memory, events, clock } = crowded()
    await make(...users(3))
    memory.reading = { heap: { usedBytes: 9, limitBytes: 10 }, container: { usedBytes: 90, limitBytes: 100 }, collections: 0 }
    await clock.advance(1_000)
    expect(events.map(({ resource }) => resource)).toEqual(['heap'])
    await clock.advance(5_000)
    expect(events.map(({ resource }) => resource)).toEqual(['heap', 'container'])
  })

  test('are made again when they are asked for, and the lease says why', async () => {
    const store = new MemoryStore()
    const { make, use, agents } = crowded({ store })
    await make('1')
    await use(900, 0)
    expect(await agents.ask({ userId: '1' })).toBe('config pressure v1')
    const alone = crowded()
    await alone.make('1')
    await alone.use(900, 0)
    expect(await alone.agents.ask({ userId: '1' })).toBe('build pressure v1')
  })

  test('are told apart from those in use, which stay, whoever else goes', async () => {
    const { make, use, present, cache, events } = crowded()
    await make(...users(3))
    const held = [await cache.acquire(keyOf({ userId: '0' })), await cache.acquire(keyOf({ userId: '1' }))]
    for (let collections = 0; collections < 5; collections++) await use(900, collections)
    expect(present()).toEqual(['0', '1'])
    // That there is nobody left to drop is said once.
    expect(events.map(({ dropped }) => dropped)).toEqual([1, 0])

    held[1]!.release()
    await use(900, 9)
    await use(900, 10)
    expect(present()).toEqual(['0'])
    expect(events.map(({ dropped }) => dropped)).toEqual([1, 0, 1])

    // Another time is another matter.
    await use(600, 11)
    await use(900, 12)
    expect(events.map(({ dropped }) => dropped)).toEqual([1, 0, 1, 0])
    expect(held[0]!.agent.disposals).toBe(0)
    held[0]!.release()
  })

  test('that somebody takes on hearing of another’s leaving stay', async () => {
    const { make, use, cache, present } = crowded()
    await make(...users(32))
    const taken: ReturnType<typeof cache.acquire>[] = []
    cache.on('retired', ({ key }) => {
      if (key.userId === '0') taken.push(cache.acquire(keyOf({ userId: '1' })))
    })
    await use(900, 0)
    expect(present()).toEqual(users(32).slice(1))
    expect(taken).toHaveLength(1)
    using lease = await taken[0]!
    expect(lease).toMatchObject({ source: 'memory', retired: { aborted: false } })
  })
})

describe('the first to go', () => {
  /** Loading or creating takes as long as the user's id says. */
  function timed(options: TestOptions & { readonly part: 'load' | 'create' }) {
    const { part, ...others } = options
    const crowd = crowded({ live: { idleMs: 1e9 }, ...others })
    crowd.agents.load = ({ userId }) => {
      if (part === 'load') time += Number(userId)
      return { name: `${userId}`, version: 1 }
    }
    crowd.agents.onCreate = ({ name }) => {
      if (part === 'create') time += Number(name)
    }
    return crowd
  }

  test.each(['load', 'create'] as const)('is what is quick to build, where there is no store: %s', async (part) => {
    const { make, use, present } = timed({ part })
    await make('300', '20', '4000')
    await use(900, 0)
    expect(present()).toEqual(['300', '4000'])
    await use(900, 1)
    expect(present()).toEqual(['4000'])
  })

  test('is what is quick to create, where configs are stored: loading does not count', async () => {
    const created = timed({ part: 'create', store: new MemoryStore() })
    await created.make('300', '20', '4000')
    await created.use(900, 0)
    expect(created.present()).toEqual(['300', '4000'])
    const loaded = timed({ part: 'load', store: new MemoryStore() })
    await loaded.make('300', '20', '4000')
    await loaded.use(900, 0)
    expect(loaded.present()).toEqual(['20', '4000'])
  })

  test('counts the loading that it shared with others', async () => {
    const { agents, use, present, cache } = crowded({ configScope: ['agentId'] })
    agents.load = ({ agentId }) => {
      time += Number(agentId)
      return { name: `${agentId}`, version: 1 }
    }
    await Promise.all(['1', '2'].map((userId) => cache.use(keyOf({ agentId: '5000', userId }), () => {})))
    expect(agents.loads).toHaveLength(1)
    await agents.ask({ agentId: '10', userId: '3' })
    await use(900, 0)
    expect(present()).toEqual(['1', '2'])
  })

  test('is what is heavy, if agents are weighed', async () => {
    const { make, use, present } = crowded({ weighAgent: ({ key }) => Number(key.userId) })
    await make('20', '4000', '300')
    await use(900, 0)
    expect(present()).toEqual(['20', '300'])
    await use(900, 1)
    expect(present()).toEqual(['20'])
  })
})

describe('weighAgent', () => {
  test('is called once for each agent, with the fields it depends on', async () => {
    const weighed: unknown[] = []
    const cache = createAgentCache({
      namespace: 'n',
      liveScope: ['agentId'],
      loadConfig: ({ agentId }) => ({ agentId }),
      createAgent: ({ agentId }) => ({ agentId }),
      weighAgent: (agent, key) => {
        weighed.push([agent, key])
        return 1
      },
    })
    for (const userId of ['1', '2']) await cache.use(keyOf({ userId }), () => {})
    expect(weighed).toEqual([[{ agentId: 'a' }, { agentId: 'a' }]])
    await cache.close()
  })

  test.each([
    ['throws', () => raise(new Error('no scales')), 'Error: no scales'],
    ['returns NaN', () => NaN, 'got NaN'],
    ['returns less than nothing', () => -1, 'got -1'],
    ['returns a text', () => 'secret' as never, 'got a value of type string'],
    ['returns a promise', () => Promise.reject(new Error('late')) as never, 'got a value of type object'],
  ])('that %s is an event; the agent is served, and counts as one of average weight', async (_, weigh, message) => {
    const failures: string[] = []
    const weighAgent = ({ key }: { key: { userId?: string } }) => (key.userId === '1' ? weigh() : 10)
    const { make, use, present, cache } = crowded({ weighAgent })
    cache.on('weigh-failed', ({ key, error }) => failures.push(`${key.userId} ${String(error)}`))
    await make('0', '1', '2')
    expect(failures).toEqual([expect.stringContaining(message)])
    expect(failures[0]).toMatch(/^1 /)
    await use(900, 0)
    await use(900, 1)
    expect(present()).toEqual(['2'])
  })

  test('may close the cache: the agent is closed after its last lease, and nothing is left', async () => {
    const clock = new ManualClock()
    const { cache, made, agents } = crowded({ clock, weighAgent: () => (closing.push(cache.close()), 1) })
    const closing: Promise<void>[] = []
    expect(await agents.ask()).toBe('build cold v1')
    await Promise.all(closing)
    expect(made.map(({ disposals }) => disposals)).toEqual([1])
    expect(clock.timers).toBe(0)
  })
})

describe('the memory', () => {
  test('is not looked at any more when the cache was closed by who heard that another agent made way', async () => {
    const { agents, cache, clock } = crowded({ live: { maxAgents: 1 } })
    cache.on('retired', () => void cache.close())
    await agents.ask({ userId: '1' })
    await agents.ask({ userId: '2' })
    await cache.close()
    expect(clock.timers).toBe(0)
  })

  test('is looked at each second while there are agents, and not otherwise', async () => {
    const { memory, agents, cache, clock } = crowded({ live: { idleMs: 10_000 } })
    await clock.advance(60_000)
    expect(memory.reads).toBe(0)
    await agents.ask()
    expect(memory.reads).toBe(1)
    await clock.advance(9_000)
    expect(memory.reads).toBe(10)
    await clock.advance(60_000)
    const { reads } = memory
    expect(cache.stats().live).toBe(0)
    await clock.advance(60_000)
    expect(memory.reads).toBe(reads)
    await agents.ask()
    await clock.advance(1_000)
    expect(memory.reads).toBe(reads + 2)
    await cache.close()
    expect(clock.timers).toBe(0)
  })

  test('that cannot be read has no limit', async () => {
    const readings: (() => unknown)[] = [
      () => raise(new Error('no /proc')),
      () => ({ collections: 0 }),
      () => ({ heap: { usedBytes: 1, limitBytes: 0 }, container: { usedBytes: 2 ** 60, limitBytes: NaN }, collections: 0 }),
    ]
    for (const read of readings) {
      const { agents, clock, events, present } = crowded({ readMemory: read as () => MemoryReading })
      await agents.ask()
      await clock.advance(5_000)
      expect([present().length, events]).toEqual([1, []])
    }
  })
})

test('weighAgent and readMemory must be functions', () => {
  const form = { namespace: 'n', loadConfig: () => 1, createAgent: () => 1 }
  for (const option of ['weighAgent', 'readMemory']) {
    expect(() => createAgentCache({ ...form, [option]: 1 })).toThrow(`${option} must be a function; got 1.`)
  }
})

function raise(error: Error): never {
  throw error
}
