import { describe, expect, expectTypeOf, test } from 'vitest'
import { gate, keyOf, TestAgent, TestAgents } from '../test/test-agents.ts'
import { sharing } from './store/index.ts'
import { type AgentCache, AgentNotFoundError, BuildTimeoutError, createAgentCache, InvalidOptionsError } from './index.ts'
import { ManualClock, settle } from './testing/index.ts'

const hour = 3_600_000

describe('acquire', () => {
  test('builds once and then serves the same agent from memory', async () => {
    const agents = new TestAgents()
    expect(await agents.ask()).toBe('build cold v1')
    expect(await agents.ask()).toBe('memory v1')
    expect(agents.made).toHaveLength(1)
    expect(agents.loads).toEqual([keyOf()])
  })

  test('takes null for live options that are not given, as code without types may say it', async () => {
    const agents = new TestAgents({ live: null as never })
    expect(await agents.ask()).toBe('build cold v1')
  })

  test('gives createAgent the config after its JSON round trip, frozen at every level', async () => {
    const agents = new TestAgents()
    const loaded = { name: 'n', version: 1, dropped: undefined, tools: [{ name: 't' }] }
    agents.load = () => loaded
    using lease = await agents.cache.acquire(keyOf())
    const { config } = lease.agent
    expect(config).toEqual({ name: 'n', version: 1, tools: [{ name: 't' }] })
    expect('dropped' in config).toBe(false)
    expect(config).not.toBe(loaded)
    expect(lease.config).toBe(config)
    const tools = config['tools'] as { name: string }[]
    expect(() => tools.push({ name: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(tools[0]!, { name: 'x' })).toThrow(TypeError)
    expect(loaded.tools).toHaveLength(1)
  })

  test('joins a burst for one cold key into one build', async () => {
    const agents = new TestAgents()
    const leases = await Promise.all(Array.from({ length: 100 }, () => agents.cache.acquire(keyOf())))
    expect(agents.loads).toHaveLength(1)
    expect(new Set(leases.map((lease) => lease.agent)).size).toBe(1)
    expect(agents.cache.stats()).toMatchObject({ inUse: 1, served: { build: 100 }, created: { build: 1 } })
    for (const lease of leases) lease.release()
    expect(agents.cache.stats()).toMatchObject({ inUse: 0, idle: 1 })
  })

  test('builds different keys apart, however alike they look', async () => {
    const agents = new TestAgents()
    const keys = [keyOf(), keyOf({ reasoning: true }), keyOf({ reasoning: 'true' }), keyOf({ agentId: 'a"', userId: '' })]
    const made = await Promise.all(keys.map((key) => agents.cache.use(key, (agent) => agent)))
    expect(new Set(made).size).toBe(keys.length)
    for (const [at, key] of keys.entries()) expect(made[at]!.key).toEqual(key)
  })

  test('tells what each phase took, and nothing of phases that did not take place', async () => {
    const agents = new TestAgents()
    using built = await agents.cache.acquire(keyOf())
    expect(Object.keys(built.timings).sort()).toEqual(['createMs', 'loadMs', 'storeMs', 'totalMs'])
    using hit = await agents.cache.acquire(keyOf())
    expect(hit.timings).toEqual({})
  })

  test('rejects, and never throws, when the key is none', async () => {
    const { cache } = new TestAgents()
    await expect(cache.acquire(undefined as never)).rejects.toMatchObject({ code: 'REKINDLE_INVALID_KEY' })
    await expect(cache.acquire({ ...keyOf(), userId: 7 } as never)).rejects.toMatchObject({ field: 'userId' })
    await expect(cache.acquire(7 as never, {})).rejects.toMatchObject({ code: 'REKINDLE_INVALID_KEY' })
  })

  test('is not disturbed by a caller who changes the key afterwards', async () => {
    const agents = new TestAgents()
    const key = { ...keyOf() }
    const pending = agents.cache.acquire(key)
    Object.assign(key, { userId: 'someone else' })
    ;(await pending).release()
    expect(await agents.ask()).toBe('memory v1')
    expect(await agents.ask({ userId: 'someone else' })).toBe('build cold v1')
  })
})

describe('what loadConfig throws', () => {
  test('reaches every waiting caller unchanged, and the next request tries again', async () => {
    const agents = new TestAgents()
    const failure = { anything: 'even no Error' }
    agents.load = () => Promise.reject(failure)
    const results = await Promise.allSettled([agents.cache.acquire(keyOf()), agents.cache.acquire(keyOf())])
    expect(results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ])
    expect(agents.loads).toHaveLength(1)
    agents.load = () => ({ name: 'n', version: 2 })
    expect(await agents.ask()).toBe('build cold v2')
    expect(agents.cache.stats()).toMatchObject({ failed: 2, waiting: 0, building: 0 })
  })

  test('may be an AgentNotFoundError, which is told from others by its code', async () => {
    const agents = new TestAgents()
    agents.load = () => Promise.reject(new AgentNotFoundError('a'))
    const error: unknown = await agents.cache.acquire(keyOf()).catch((reason: unknown) => reason)
    expect(AgentNotFoundError.isInstance(error)).toBe(true)
    expect(BuildTimeoutError.isInstance(error)).toBe(false)
  })

  test('synchronously is no different', async () => {
    const agents = new TestAgents()
    agents.load = () => {
      throw new RangeError('sync')
    }
    await expect(agents.cache.acquire(keyOf())).rejects.toThrow(RangeError)
  })
})

describe('buildTimeoutMs', () => {
  test('aborts the signal and rejects, whether loading listens or not', async () => {
    const agents = new TestAgents({ buildTimeoutMs: 5_000 })
    let aborted = false
    agents.load = (_, { signal }) => {
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise(() => {})
    }
    const asked = agents.cache.acquire(keyOf()).catch((error: unknown) => error)
    await agents.clock.advance(4_999)
    expect(agents.cache.stats().building).toBe(1)
    await agents.clock.advance(1)
    expect(BuildTimeoutError.isInstance(await asked)).toBe(true)
    expect(aborted).toBe(true)
    expect(agents.clock.timers).toBe(0)
  })

  test('disposes an agent that comes too late', async () => {
    const agents = new TestAgents({ buildTimeoutMs: 1_000 })
    const late = gate()
    agents.onCreate = () => late.promise
    const asked = agents.cache.acquire(keyOf()).catch((error: unknown) => error)
    await agents.clock.advance(1_000)
    expect(await asked).toMatchObject({ code: 'REKINDLE_BUILD_TIMEOUT', phase: 'create' })
    late.open()
    await settle()
    expect(agents.made.map((agent) => agent.disposals)).toEqual([1])
  })
})

describe('maxConcurrentBuilds', () => {
  test('bounds the loads in progress; the others take their turn', async () => {
    const agents = new TestAgents({ maxConcurrentBuilds: 2 })
    let running = 0
    let most = 0
    const step = gate()
    agents.load = async () => {
      most = Math.max(most, ++running)
      await step.promise
      running--
      return { name: 'n', version: 1 }
    }
    const asked = Array.from({ length: 10 }, (_, n) => agents.ask({ userId: `${n}` }))
    await settle()
    expect(running).toBe(2)
    step.open()
    await Promise.all(asked)
    expect(most).toBe(2)
  })

  test('is not used up for good by loads that ignore their signal', async () => {
    const agents = new TestAgents({ maxConcurrentBuilds: 1, buildTimeoutMs: 1_000 })
    agents.load = () => new Promise(() => {})
    const hung = agents.cache.acquire(keyOf({ userId: 'hung' })).catch((error: unknown) => error)
    await agents.clock.advance(1_000)
    expect(BuildTimeoutError.isInstance(await hung)).toBe(true)
    agents.load = () => ({ name: 'n', version: 1 })
    expect(await agents.ask()).toBe('build cold v1')
  })
})

describe('giving up', () => {
  test('with a signal or timeoutMs ends the waiting, and the build goes on for those who come next', async () => {
    const agents = new TestAgents()
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    const controller = new AbortController()
    const aborted = agents.cache.acquire(keyOf(), { signal: controller.signal }).catch((error: unknown) => error)
    const timedOut = agents.cache.acquire(keyOf(), { timeoutMs: 50 }).catch((error: unknown) => error)
    await settle()
    controller.abort(new Error('the user left'))
    await agents.clock.advance(50)
    expect(await aborted).toMatchObject({ message: 'the user left' })
    expect(await timedOut).toMatchObject({ code: 'REKINDLE_ACQUIRE_TIMEOUT', timeoutMs: 50 })
    expect(agents.cache.stats()).toMatchObject({ waiting: 0, building: 1, failed: 2 })
    loaded.open({ name: 'n', version: 1 })
    await settle()
    expect(agents.cache.stats()).toMatchObject({ live: 1, idle: 1 })
    expect(await agents.ask()).toBe('memory v1')
    expect(agents.loads).toHaveLength(1)
  })

  test('before asking leaves everything as it was', async () => {
    const agents = new TestAgents()
    await expect(agents.cache.acquire(keyOf(), { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
    expect(agents.loads).toEqual([])
  })
})

describe('time to live', () => {
  test('a live agent is never older than its config may be', async () => {
    const agents = new TestAgents({ configTtlMs: hour, live: { ttlMs: 10 * hour, idleMs: 10 * hour } })
    await agents.ask()
    await agents.clock.advance(hour - 1)
    expect(await agents.ask()).toBe('memory v1')
    await agents.clock.advance(1)
    expect(await agents.ask()).toBe('build expired v1')
  })

  test('jitter shortens the time and never lengthens it', async () => {
    const agents = new TestAgents({ configTtlMs: 1_000, ttlJitter: 0.5, random: () => 0.5, live: { idleMs: hour } })
    await agents.ask()
    await agents.clock.advance(749)
    expect(await agents.ask()).toBe('memory v1')
    await agents.clock.advance(1)
    expect(await agents.ask()).toBe('build expired v1')
  })

  test('an agent that nobody uses is disposed after idleMs, without anyone asking', async () => {
    const agents = new TestAgents({ live: { idleMs: 60_000 } }).record('disposed', ({ cause }) => cause)
    await agents.ask()
    await agents.clock.advance(50_000)
    await agents.ask()
    await agents.clock.advance(59_000)
    expect(agents.trace).toEqual([])
    await agents.clock.advance(2_000)
    expect(agents.trace).toEqual(['idle'])
    expect(agents.made[0]!.disposals).toBe(1)
    expect(await agents.ask()).toBe('build idle v1')
  })
})

describe('stale windows', () => {
  const windows = { configTtlMs: 1_000, live: { idleMs: hour } }

  test('staleWhileRevalidateMs serves the old agent at once while one refresh runs', async () => {
    const agents = new TestAgents({ ...windows, staleWhileRevalidateMs: 5_000 })
    await agents.ask()
    agents.version = 2
    await agents.clock.advance(1_500)
    expect(await Promise.all([agents.ask(), agents.ask()])).toEqual(['memory v1', 'memory v1'])
    await settle()
    expect(agents.loads).toHaveLength(2)
    expect(await agents.ask()).toBe('memory v2')
    expect(agents.made.map((agent) => agent.disposals)).toEqual([1, 0])
  })

  test('a refresh that finds nothing new keeps the live agent', async () => {
    const agents = new TestAgents({ ...windows, staleWhileRevalidateMs: 5_000 })
    using held = await agents.cache.acquire(keyOf())
    await agents.clock.advance(1_500)
    await agents.ask()
    await settle()
    await agents.clock.advance(900)
    expect(await agents.ask()).toBe('memory v1')
    expect(agents.made).toHaveLength(1)
    expect(agents.loads).toHaveLength(2)
    expect(held.retired.aborted).toBe(false)
    expect(agents.cache.stats().created).toEqual({ config: 0, build: 1, unchanged: 1 })
  })

  test('holders of a replaced agent keep it, and hear that it has been superseded', async () => {
    const agents = new TestAgents({ ...windows, staleWhileRevalidateMs: 5_000 })
    const held = await agents.cache.acquire(keyOf())
    agents.version = 2
    await agents.clock.advance(1_500)
    await agents.ask()
    await settle()
    expect(held.retired.aborted).toBe(true)
    expect(held.agent.disposals).toBe(0)
    held.release()
    await settle()
    expect(held.agent.disposals).toBe(1)
  })

  test('a failing refresh is an event; after the window the failure reaches the caller', async () => {
    const agents = new TestAgents({ ...windows, staleWhileRevalidateMs: 1_000 }).record('refresh-failed', ({ error }) =>
      String(error),
    )
    await agents.ask()
    agents.load = () => Promise.reject(new Error('down'))
    await agents.clock.advance(1_500)
    expect(await agents.ask()).toBe('memory v1')
    await settle()
    expect(agents.trace).toEqual(['Error: down'])
    await agents.clock.advance(500)
    await expect(agents.ask()).rejects.toThrow('down')
  })

  test('staleIfErrorMs answers while loading fails, until its window is over', async () => {
    const agents = new TestAgents({ ...windows, staleIfErrorMs: 60_000 }).record('stale-served', ({ error }) => String(error))
    await agents.ask()
    agents.load = () => Promise.reject(new Error('down'))
    await agents.clock.advance(30_000)
    expect(await agents.ask()).toBe('config expired v1')
    expect(agents.trace).toEqual(['Error: down'])
    // For a few seconds it serves from memory, so that the failing source is left in peace.
    expect(await agents.ask()).toBe('memory v1')
    expect(agents.loads).toHaveLength(2)
    await agents.clock.advance(31_000)
    await expect(agents.ask()).rejects.toThrow('down')
  })

  test('staleIfErrorMs does not hide that an agent is gone', async () => {
    const agents = new TestAgents({ ...windows, staleIfErrorMs: 60_000 })
    await agents.ask()
    agents.load = () => Promise.reject(new AgentNotFoundError('a'))
    await agents.clock.advance(30_000)
    await expect(agents.ask()).rejects.toMatchObject({ code: 'REKINDLE_AGENT_NOT_FOUND' })
  })

  test('an invalidated config is served in neither window', async () => {
    const agents = new TestAgents({ ...windows, staleIfErrorMs: 60_000, staleWhileRevalidateMs: 60_000 })
    await agents.ask()
    agents.load = () => Promise.reject(new Error('down'))
    await agents.cache.invalidate(keyOf())
    await expect(agents.ask()).rejects.toThrow('down')
    await agents.clock.advance(1_500)
    await expect(agents.ask()).rejects.toThrow('down')
  })
})

describe('scopes', () => {
  test('sessions share what does not depend on them, and the build is not told whose turn it is', async () => {
    const agents = new TestAgents({ configScope: ['agentId'], liveScope: ['agentId', 'reasoning'] })
    expect(await agents.ask({ userId: 'one', sessionId: '1' })).toBe('build cold v1')
    expect(await agents.ask({ userId: 'two', sessionId: '2' })).toBe('memory v1')
    expect(await agents.ask({ reasoning: true })).toBe('build cold v1')
    expect(agents.loads).toEqual([{ agentId: 'a' }, { agentId: 'a' }])
    expect(agents.made.map(({ key }) => key)).toEqual([
      { agentId: 'a', reasoning: false },
      { agentId: 'a', reasoning: true },
    ])
  })

  test('requests at once that share a config load it once', async () => {
    const agents = new TestAgents({ configScope: ['agentId'] })
    await Promise.all(Array.from({ length: 20 }, (_, n) => agents.ask({ sessionId: `${n}` })))
    expect(agents.loads).toHaveLength(1)
    expect(agents.made).toHaveLength(20)
  })

  test('are in the types: what is out of scope cannot be read', () => {
    createAgentCache({
      namespace: 'types',
      configScope: ['agentId'],
      liveScope: ['agentId', 'userId'],
      loadConfig: (key) => {
        expectTypeOf(key).toEqualTypeOf<{ readonly agentId: string }>()
        return { name: key.agentId }
      },
      createAgent: (config, key) => {
        expectTypeOf(key).toEqualTypeOf<{ readonly agentId: string; readonly userId: string }>()
        return { run: (): string => config.name }
      },
    }) satisfies AgentCache<{ readonly name: string }, { run: () => string }>
  })
})

describe('agents from one opaque function', () => {
  const opaque = (rebuild: boolean) => {
    let built = 0
    let rebuilt = 0
    const clock = new ManualClock()
    const cache = createAgentCache({
      namespace: 'opaque',
      clock,
      ttlJitter: 0,
      configTtlMs: 1_000,
      buildAgent: ({ agentId }) => new TestAgent({ name: agentId, version: ++built }, {}),
      toConfig: ({ config }) => config,
      ...(rebuild && { rebuildAgent: (config: { name: string; version: number }) => (rebuilt++, new TestAgent(config, {})) }),
    })
    return { cache, clock, counts: () => [built, rebuilt] }
  }

  test('are built whole on every memory miss, with a fingerprint from toConfig', async () => {
    const { cache, clock, counts } = opaque(false)
    using lease = await cache.acquire(keyOf())
    expect(lease.source).toBe('build')
    expect(lease.fingerprint).toMatch(/^[\w-]{43}$/)
    await clock.advance(1_000)
    expect(await cache.use(keyOf(), (agent) => agent.config.version)).toBe(2)
    expect(counts()).toEqual([2, 0])
  })

  test('are served although their config cannot be told, and that is an event', async () => {
    const events: string[] = []
    const cache = createAgentCache({
      namespace: 'opaque',
      buildAgent: () => new TestAgent({ name: 'n', version: 1 }, {}),
      toConfig: (): never => {
        throw new Error('no config')
      },
    })
    cache.on('config-not-stored', ({ path, message }) => events.push(`${path} ${message}`))
    using lease = await cache.acquire(keyOf())
    expect([lease.source, lease.fingerprint]).toEqual(['build', undefined])
    expect(events).toEqual(['$ Error: no config'])
  })
})

describe('options', () => {
  const good = { namespace: 'n', loadConfig: () => ({}), createAgent: () => ({}) }
  test.each<[string, object]>([
    ['namespace', { ...good, namespace: '' }],
    ['loadConfig', { namespace: 'n' }],
    ['createAgent', { namespace: 'n', loadConfig: () => ({}) }],
    ['toConfig', { namespace: 'n', buildAgent: () => ({}) }],
    ['rebuildAgent', { ...good, rebuildAgent: () => ({}) }],
    ['loadConfig', { ...good, buildAgent: () => ({}), toConfig: () => ({}) }],
    ['configTtlMs', { ...good, configTtlMs: -1 }],
    ['configTtlMs', { ...good, configTtlMs: Number.NaN }],
    ['configTtlMs', { ...good, configTtlMs: '1h' }],
    ['ttlJitter', { ...good, ttlJitter: 2 }],
    ['maxConcurrentBuilds', { ...good, maxConcurrentBuilds: 0 }],
    ['live.maxAgents', { ...good, live: { maxAgents: -1 } }],
    ['live.concurrency', { ...good, live: { concurrency: 'pooled' } }],
    ['configVersion', { ...good, configVersion: 2 }],
    ['store', { ...good, store: {} }],
    ['store', { ...good, store: { name: 's', connect: () => {} } }],
    ['store', { ...good, store: { name: 's', connect: () => {}, sharing: { ...sharing, version: 0 } } }],
    ['liveScope', { ...good, liveScope: [] }],
    ['configScope', { ...good, configScope: ['agent'] }],
    ['liveScope', { ...good, configScope: ['agentId', 'userId'], liveScope: ['agentId'] }],
  ])('that cannot work are refused by name: %s', (option, options) => {
    let error: unknown
    try {
      createAgentCache(options as never)
    } catch (thrown) {
      error = thrown
    }
    expect(InvalidOptionsError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ option })
    expect(String(error)).toContain(option)
  })
})

describe('a source that fails', () => {
  test('is not asked again for every stale hit', async () => {
    const agents = new TestAgents({ configTtlMs: 1_000, staleWhileRevalidateMs: 60_000 })
    await agents.ask()
    agents.load = () => Promise.reject(new Error('down'))
    await agents.clock.advance(1_500)
    for (let n = 0; n < 50; n++) {
      expect(await agents.ask()).toBe('memory v1')
      await settle()
    }
    expect(agents.loads).toHaveLength(2)
    await agents.clock.advance(1_000)
    await agents.ask()
    await settle()
    expect(agents.loads).toHaveLength(3)
  })
})
