import { describe, expect, test } from 'vitest'
import { createAgentCache } from '../src/index.ts'
import { settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'

describe('a lease', () => {
  test('ends with its using block, await using block, or release, and only once', async () => {
    const { cache } = new TestAgents()
    {
      await using lease = await cache.acquire(keyOf())
      expect(cache.stats().inUse).toBe(1)
      lease.release()
      lease.release()
      expect(cache.stats().inUse).toBe(0)
    }
    {
      using other = await cache.acquire(keyOf())
      expect(other.source).toBe('memory')
    }
    expect(cache.stats()).toMatchObject({ inUse: 0, idle: 1 })
  })

  test('of use ends when the work does, whether it succeeds or not', async () => {
    const { cache } = new TestAgents()
    await expect(cache.use(keyOf(), () => Promise.reject(new Error('work')))).rejects.toThrow('work')
    expect(await cache.use(keyOf(), async (agent) => agent.config.name)).toBe('agent a')
    expect(cache.stats().inUse).toBe(0)
  })

  test('keeps its agent from being evicted: the oldest idle one goes instead', async () => {
    const agents = new TestAgents({ live: { maxAgents: 2 } }).record('retired', ({ key, cause }) => `${key.userId} ${cause}`)
    const one = await agents.cache.acquire(keyOf({ userId: '1' }))
    await agents.ask({ userId: '2' })
    await agents.ask({ userId: '3' })
    expect(agents.trace).toEqual(['2 evicted'])
    const four = await agents.cache.acquire(keyOf({ userId: '4' }))
    const five = await agents.cache.acquire(keyOf({ userId: '5' }))
    // All three in use: one more than there is room for, and nothing is closed under anyone.
    expect(agents.cache.stats()).toMatchObject({ live: 3, inUse: 3 })
    one.release()
    expect(agents.trace).toEqual(['2 evicted', '3 evicted', '1 evicted'])
    expect(agents.cache.stats()).toMatchObject({ live: 2 })
    four.release()
    five.release()
    await settle()
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1, 1, 1, 0, 0])
    expect(await agents.ask({ userId: '2' })).toBe('build evicted v1')
  })

  test('makes its agent the last to be evicted', async () => {
    const agents = new TestAgents({ live: { maxAgents: 2 } })
    await agents.ask({ userId: '1' })
    await agents.ask({ userId: '2' })
    // The order of use is kept to the millisecond.
    await agents.clock.advance(1)
    agents.cache.getIfPresent(keyOf({ userId: '1' }))
    await agents.ask({ userId: '3' })
    expect(agents.cache.getIfPresent(keyOf({ userId: '1' }))).toBe(agents.made[0])
    expect(agents.cache.getIfPresent(keyOf({ userId: '2' }))).toBeUndefined()
  })

  test('is not needed for agents that hold nothing: getOrBuild', async () => {
    const agents = new TestAgents()
    const agent = await agents.cache.getOrBuild(keyOf())
    expect(await agents.cache.getOrBuild(keyOf())).toBe(agent)
    expect(agents.cache.stats()).toMatchObject({ served: { build: 1, memory: 1 }, inUse: 0 })
  })
})

describe('disposal', () => {
  const withAgent = <Agent>(agent: Agent, disposeAgent?: (agent: Agent) => void) =>
    createAgentCache({
      namespace: 'n',
      loadConfig: () => ({}),
      createAgent: () => agent,
      ...(disposeAgent && { disposeAgent }),
    })

  test.each(['asyncDispose', 'dispose'] as const)('uses the agent’s own Symbol.%s by default', async (name) => {
    const calls: unknown[] = []
    const agent = {
      [Symbol[name]]() {
        calls.push(this)
      },
    }
    const cache = withAgent(agent)
    await cache.use(keyOf(), () => {})
    await cache.close()
    expect(calls).toEqual([agent])
  })

  test('of agents that are no objects, or cannot be disposed, is nothing', async () => {
    for (const agent of [undefined, null, 'text', 7, {}, () => 1]) {
      const cache = withAgent<unknown>(agent)
      expect(await cache.use(keyOf(), (it) => it)).toBe(agent)
      await cache.close()
    }
  })

  test('that fails, or throws before it returns, is an event and stops nothing', async () => {
    for (const fail of [() => Promise.reject(new Error('no')), () => raise(new Error('no'))]) {
      const cache = withAgent<object>({}, fail as () => void)
      const failures: string[] = []
      cache.on('dispose-failed', ({ cause, error }) => failures.push(`${cause} ${String(error)}`))
      await cache.use(keyOf(), () => {})
      await cache.close()
      expect(failures).toEqual(['closed Error: no'])
    }
  })
})

function raise(error: Error): never {
  throw error
}

describe('close', () => {
  test('waits for leases and builds in progress, then everything is disposed', async () => {
    const agents = new TestAgents()
    const held = await agents.cache.acquire(keyOf())
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    const building = agents.cache.acquire(keyOf({ userId: 'late' }))
    await settle()
    let closed = false
    const closing = agents.cache.close().then(() => (closed = true))
    expect(held.retired.aborted).toBe(true)
    loaded.open({ name: 'n', version: 1 })
    const late = await building
    await settle()
    expect(closed).toBe(false)
    held.release()
    await settle()
    expect(closed).toBe(false)
    late.release()
    await closing
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1, 1])
    expect(agents.clock.timers).toBe(0)
  })

  test('after drainMs aborts what builds and disposes what is still held', async () => {
    const agents = new TestAgents()
    const held = await agents.cache.acquire(keyOf())
    let aborted = false
    agents.load = (_, { signal }) => {
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise(() => {})
    }
    const hung = agents.cache.acquire(keyOf({ userId: 'hung' })).catch((error: unknown) => error)
    await settle()
    const closing = agents.cache.close({ drainMs: 5_000 })
    await agents.clock.advance(5_000)
    await closing
    expect(await hung).toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
    expect([aborted, held.agent.disposals]).toEqual([true, 1])
    held.release()
    expect(held.agent.disposals).toBe(1)
  })

  test('refuses who asks afterwards, and closing again is the same closing', async () => {
    const { cache } = new TestAgents()
    await cache.acquire(keyOf()).then((lease) => lease.release())
    const closing = cache.close()
    expect(cache.close()).toBe(closing)
    await expect(cache.acquire(keyOf())).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
    await closing
    await expect(cache.acquire(keyOf())).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
    expect(cache.getIfPresent(keyOf())).toBeUndefined()
  })

  test('does not wait for ever for an agent that does not close', async () => {
    const agents = new TestAgents({ disposeAgent: () => new Promise(() => {}) })
    await agents.ask()
    const closing = agents.cache.close({ drainMs: 100 })
    await agents.clock.advance(1_000)
    await closing
  })
})

describe('listeners', () => {
  test('that throw disturb neither the request nor each other', async () => {
    const agents = new TestAgents().record('listener-failed', ({ event, error }) => `${event}: ${String(error)}`)
    agents.cache.on('created', () => raise(new Error('mine')))
    agents.record('created', ({ source }) => source)
    expect(await agents.ask()).toBe('build cold v1')
    expect(agents.trace).toEqual(['created: Error: mine', 'build'])
  })

  test('can be taken off', async () => {
    const agents = new TestAgents()
    const seen: string[] = []
    const off = agents.cache.on('created', ({ source }) => seen.push(source))
    off()
    await agents.ask()
    expect(seen).toEqual([])
  })
})

describe('listeners that act on what they hear', () => {
  const refreshing = { configTtlMs: 1_000, staleWhileRevalidateMs: 60_000 }

  test('by asking again get the successor, and nothing is built twice', async () => {
    const agents = new TestAgents({ ...refreshing })
    const held = await agents.cache.acquire(keyOf())
    let successor: Promise<string> | undefined
    held.retired.addEventListener('abort', () => {
      successor = agents.ask()
    })
    agents.version = 2
    await agents.clock.advance(1_500)
    await agents.ask()
    await settle()
    expect(await successor).toBe('memory v2')
    expect(agents.loads).toHaveLength(2)
    held.release()
  })

  test('by closing the cache leave nothing behind', async () => {
    const agents = new TestAgents({ ...refreshing })
    const held = await agents.cache.acquire(keyOf())
    let closing: Promise<void> | undefined
    held.retired.addEventListener('abort', () => {
      closing = agents.cache.close()
      held.release()
    })
    agents.version = 2
    await agents.clock.advance(1_500)
    await agents.ask()
    await settle()
    await closing
    expect(agents.cache.close()).toBe(closing)
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1, 1])
    expect(agents.cache.stats()).toMatchObject({ live: 0, inUse: 0 })
    expect(agents.clock.timers).toBe(0)
    await expect(agents.ask()).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
  })

  test('by letting go of the next agent in line do not keep the others from being swept', async () => {
    const agents = new TestAgents({ configTtlMs: 5_000, live: { idleMs: 1e9 } })
    // All due at once; the second is held, and still in its place among the idle.
    for (const userId of ['first', 'held', '0', '1', '2', '3']) await agents.ask({ userId })
    const held = await agents.cache.acquire(keyOf({ userId: 'held' }))
    // In the middle of the sweep it becomes idle, and so the last in line.
    agents.cache.on('retired', () => held.release())
    await agents.clock.advance(5_500)
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1, 0, 1, 1, 1, 1])
    await agents.clock.advance(1_000)
    expect(held.agent.disposals).toBe(1)
    expect(agents.cache.stats()).toMatchObject({ live: 0, idle: 0, inUse: 0 })
  })

  test('and reject do not bring the process down', async () => {
    const agents = new TestAgents().record('listener-failed', ({ event, error }) => `${event}: ${String(error)}`)
    const listener: () => unknown = () => Promise.reject(new Error('async'))
    agents.cache.on('created', listener as () => void)
    await agents.ask()
    await settle()
    expect(agents.trace).toEqual(['created: Error: async'])
  })
})

describe('an agent whose time is over while it is held', () => {
  test('stays if its config is confirmed, and otherwise makes way', async () => {
    const agents = new TestAgents({ configTtlMs: 5_000, live: { idleMs: 1e9 } })
    const held = await agents.cache.acquire(keyOf())
    await agents.clock.advance(6_000)
    expect(await Promise.all([agents.ask(), agents.ask()])).toEqual(['build expired v1', 'build expired v1'])
    expect([agents.made.length, held.retired.aborted, agents.loads.length]).toEqual([1, false, 2])
    expect(await agents.ask()).toBe('memory v1')
    // And one whose config has changed makes way.
    agents.version = 2
    await agents.clock.advance(6_000)
    expect(await agents.ask()).toBe('build expired v2')
    expect([agents.made.length, held.retired.aborted, held.agent.disposals]).toEqual([2, true, 0])
    held.release()
  })
})
