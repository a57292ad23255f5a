import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAgentCache, type MemoryReading } from '../src/index.ts'
import { MemoryStore } from '../src/testing/index.ts'
import { CrowdedAgents, users } from './crowded-agents.ts'
import { keyOf } from './test-agents.ts'

// Loading and creating take no time, so that nothing but the test decides who goes.
beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0))
afterEach(() => vi.restoreAllMocks())

describe('near a limit of the memory, agents that nobody holds', () => {
  test('are dropped a few at a time, with a full collection in between, until that is over', async () => {
    const { make, use, present, events, cache } = new CrowdedAgents()
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
    const { make, use, present } = new CrowdedAgents()
    await make(...users(32))
    await use(850, 0)
    await use(866, 0)
    await use(867, 0)
    expect(present()).toHaveLength(28)
  })

  test('make room for a new one at once, not when a timer comes', async () => {
    const { make, memory, present, agents } = new CrowdedAgents()
    await make(...users(16))
    memory.reading = { heap: { usedBytes: 900, limitBytes: 1_000 }, collections: 0 }
    await agents.ask({ userId: 'new' })
    expect(present()).toEqual([...users(16).slice(2), 'new'])
  })

  test('leave for want of memory in the container, too', async () => {
    const { make, memory, events, clock, present } = new CrowdedAgents()
    await make('1', '2')
    memory.reading = { ...memory.reading, container: { usedBytes: 90, limitBytes: 100 } }
    await clock.advance(1_000)
    expect(events).toEqual([{ resource: 'container', usedBytes: 90, limitBytes: 100, dropped: 1 }])
    expect(present()).toEqual(['2'])
  })

  test('go once a look, although both are near their limits: it may be what both needed', async () => {
    const { make, memory, events, clock } = new CrowdedAgents()
    await make(...users(3))
    memory.reading = { heap: { usedBytes: 9, limitBytes: 10 }, container: { usedBytes: 90, limitBytes: 100 }, collections: 0 }
    await clock.advance(1_000)
    expect(events.map(({ resource }) => resource)).toEqual(['heap'])
    await clock.advance(5_000)
    expect(events.map(({ resource }) => resource)).toEqual(['heap', 'container'])
  })

  test('are made again when they are asked for, and the lease says why', async () => {
    const store = new MemoryStore()
    const { make, use, agents } = new CrowdedAgents({ store })
    await make('1')
    await use(900, 0)
    expect(await agents.ask({ userId: '1' })).toBe('config pressure v1')
    const alone = new CrowdedAgents()
    await alone.make('1')
    await alone.use(900, 0)
    expect(await alone.agents.ask({ userId: '1' })).toBe('build pressure v1')
  })

  test('are told apart from those in use, which stay, whoever else goes', async () => {
    const { make, use, present, cache, events } = new CrowdedAgents()
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
    const { make, use, cache, present } = new CrowdedAgents()
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

describe('the memory', () => {
  test('is not looked at any more when the cache was closed by who heard that another agent made way', async () => {
    const { agents, cache, clock } = new CrowdedAgents({ live: { maxAgents: 1 } })
    cache.on('retired', () => void cache.close())
    await agents.ask({ userId: '1' })
    await agents.ask({ userId: '2' })
    await cache.close()
    expect(clock.timers).toBe(0)
  })

  test('is looked at each second while there are agents, and not otherwise', async () => {
    const { memory, agents, cache, clock } = new CrowdedAgents({ live: { idleMs: 10_000 } })
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
      const { agents, clock, events, present } = new CrowdedAgents({ readMemory: read as () => MemoryReading })
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
