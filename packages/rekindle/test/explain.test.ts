import { describe, expect, test } from 'vitest'
import { createAgentCache, type Explanation, type InvalidationTarget } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { keyOf, TestAgents } from './test-agents.ts'
import { sharing } from '../src/store/index.ts'

const start = 1_700_000_000_000

function begin(options: ConstructorParameters<typeof TestAgents>[0] = {}) {
  const clock = new ManualClock(start)
  const store = new MemoryStore({ clock })
  const space = store.namespace('test')
  const agents = new TestAgents({ store, clock, ...options })
  agents.load = (key, { tag }) => {
    tag('model:x')
    return { name: `agent ${key.agentId}`, version: agents.version }
  }
  return { clock, store, space, agents, explain: () => agents.cache.explain(keyOf()) }
}

const events = ({ timeline }: Explanation) => timeline.map(({ event }) => event)

describe('explain', () => {
  test('says where an agent stands in memory and in the store, and how it came there', async () => {
    const { clock, agents, explain } = begin()
    const lease = await agents.cache.acquire(keyOf())
    await clock.advance(1_000)
    const fingerprint = lease.fingerprint!
    expect(await explain()).toEqual({
      key: keyOf(),
      memory: {
        present: true,
        standing: 'fresh',
        fingerprint,
        source: 'build',
        leases: 1,
        idleMs: 0,
        freshForMs: 3_599_000,
        createdAt: start,
        ageMs: 1_000,
        tags: ['model:x'],
      },
      config: {
        state: 'usable',
        stale: false,
        entry: { fingerprint, tags: ['model:x'], asOf: start * 1_000, freshForMs: 3_599_000, sizeBytes: expect.any(Number) },
      },
      invalidation: { last: undefined, sure: true },
      timeline: [{ at: start, event: 'created', source: 'build', reason: 'cold', durationMs: expect.any(Number), fingerprint }],
    })
    lease.release()
    await clock.advance(500)
    expect(await explain()).toMatchObject({ memory: { leases: 0, idleMs: 500 } })
  })

  test('says of another worker, which has read nothing yet, what its next request will find', async () => {
    const { clock, store, space, agents } = begin()
    await agents.ask()
    await settle()
    const other = new TestAgents({ store, clock })
    expect(await other.cache.explain(keyOf())).toMatchObject({
      memory: { present: false },
      config: { state: 'usable', entry: { tags: ['model:x'], sizeBytes: expect.any(Number) } },
      timeline: [],
    })
    expect([other.loads.length, await other.ask()]).toEqual([0, 'config cold v1'])
    expect(await other.cache.explain(keyOf())).toMatchObject({ memory: { source: 'config' } })
    // As a request, it need not read again what this process has had.
    space.blobs.clear()
    expect(await other.cache.explain(keyOf())).toMatchObject({ config: { state: 'usable' } })
  })

  test.each<[string, InvalidationTarget, string]>([
    ['its key', { agentId: 'a' }, '{"agentId":"a"}'],
    ['a tag of it', { tags: ['model:x'] }, '#"model:x"'],
    ['everything', 'all', '*'],
  ])('names the last invalidation of %s, with its time, although the agent is gone', async (_, target, encoded) => {
    const { clock, agents, explain } = begin()
    await agents.cache.invalidate('all')
    await clock.advance(100)
    await agents.ask()
    await clock.advance(150)
    await agents.cache.invalidate(target)
    await clock.advance(2_000)
    await agents.cache.invalidate({ agentId: 'another' })
    await agents.cache.invalidate({ tags: ['model:other'] })
    const explained = await explain()
    expect(explained).toMatchObject({
      memory: { present: false },
      config: { state: 'refused', reason: 'invalidated', entry: { tags: ['model:x'] } },
      invalidation: { last: { target: encoded, at: start + 250, clock: (start + 250) * 1_000, confirmed: true }, sure: true },
    })
    expect(events(explained)).toEqual(['invalidated', 'retired', 'created', 'invalidated'])
  })

  test('is not sure of the last invalidation while it is not known what the key depends on, or the store does not answer', async () => {
    const { space, agents, explain } = begin()
    expect((await explain()).invalidation).toEqual({ last: undefined, sure: false })
    await agents.ask()
    await settle()
    expect((await explain()).invalidation.sure).toBe(true)
    space.clockNow = () => {
      throw new Error('gone')
    }
    expect((await explain()).invalidation.sure).toBe(false)
  })

  test('says of an invalidation that no store took that only this process knows of it', async () => {
    const { clock, space, agents, explain } = begin()
    await agents.ask()
    const { invalidate } = space
    space.invalidate = () => {
      throw new Error('read-only')
    }
    await clock.advance(10)
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toThrow('this process only')
    space.invalidate = invalidate
    const { invalidation } = await explain()
    expect(invalidation.last).toMatchObject({ target: '{"agentId":"a"}', at: undefined, confirmed: false })
  })

  test.each<[string, (world: ReturnType<typeof begin>) => unknown, object]>([
    ['nothing is there', ({ space }) => space.pointers.clear(), { reason: 'absent' }],
    ['its time is over', ({ clock }) => clock.advance(3_600_000), { reason: 'absent' }],
    ['the config is gone', ({ space }) => space.blobs.clear(), { reason: 'absent', entry: { tags: ['model:x'] } }],
    ['the pointer is damaged', ({ space }) => alter(space.pointers, () => '{"v":1'), { reason: 'corrupt' }],
    ['the config is damaged', ({ space }) => alter(space.blobs, (text) => text.slice(1)), { reason: 'corrupt' }],
    [
      'it is of another key',
      ({ space }) => alter(space.pointers, (text) => text.replace('\\"u\\"', '\\"v\\"')),
      { reason: 'foreign' },
    ],
    [
      'it is of another version',
      ({ space }) => alter(space.pointers, (text) => text.replace('"a":"1"', '"a":"0"')),
      { reason: 'version-mismatch' },
    ],
    [
      'it is ahead of the clock',
      ({ space }) => alter(space.pointers, (text) => text.replace(/"c":\d/, '"c":2')),
      { reason: 'corrupt', detail: expect.stringContaining('invalidation clock') },
    ],
  ])('judges a stored config as a request would, and leaves it alone: %s', async (_, spoil, refusal) => {
    const world = begin({ configTtlMs: 3_600_000, live: { maxAgents: 0 } })
    const { clock, store, space, agents } = world
    await agents.ask()
    await settle()
    const other = new TestAgents({ store, clock })
    await spoil(world)
    const before = [...space.pointers, ...space.blobs]
    const seen: unknown[] = []
    other.cache.on('config-refused', (event) => seen.push(event))
    expect((await other.cache.explain(keyOf())).config).toMatchObject({ state: 'refused', ...refusal })
    expect([seen, [...space.pointers, ...space.blobs], other.loads]).toEqual([[], before, []])
  })

  test('says what a schema finds wrong, and that a stale config may only stand in', async () => {
    const { clock, store, agents } = begin({ staleIfErrorMs: 10_000 })
    await agents.ask()
    await settle()
    const issues = { issues: [{ message: 'too old', path: ['version'] }] }
    const configSchema = { '~standard': { version: 1, vendor: 'test', validate: () => issues } } as const
    const strict = new TestAgents({ store, clock, configSchema: configSchema as never })
    expect((await strict.cache.explain(keyOf())).config).toMatchObject({
      reason: 'schema-mismatch',
      detail: '$.version: too old',
    })
    await clock.advance(3_605_000)
    const entry = { freshForMs: -5_000 }
    expect((await agents.cache.explain(keyOf())).config).toMatchObject({ state: 'refused', reason: 'expired', entry })
  })

  test('is no use: neither the agent, nor the order of eviction, nor the counts notice', async () => {
    const { clock, agents } = begin({ live: { maxAgents: 2, idleMs: 1_000 } })
    await agents.ask({ sessionId: 'old' })
    await clock.advance(400)
    await agents.ask({ sessionId: 'new' })
    const { store: _, ...before } = agents.cache.stats()
    await agents.cache.explain(keyOf({ sessionId: 'old' }))
    await agents.cache.explain(keyOf({ sessionId: 'never' }))
    const { store: __, ...after } = agents.cache.stats()
    expect(after).toEqual(before)
    await agents.ask({ sessionId: 'third' })
    expect(agents.cache.liveAgents().map(({ key }) => key.sessionId)).toEqual(['third', 'new'])
    await clock.advance(10_000)
    expect(agents.cache.stats().live).toBe(0)
  })

  test('answers within storeTimeoutMs while the store hangs, and at once when that is known', async () => {
    const { clock, store } = begin()
    let hangs = false
    const orNever = <Answer>(answer: Promise<Answer>) => (hangs ? new Promise<never>(() => {}) : answer)
    const connect: MemoryStore['connect'] = (namespace) => {
      const connection = store.connect(namespace)
      const read = (id: string) => orNever(connection.read(id))
      return { ...connection, read, sync: (seen, worker) => orNever(connection.sync(seen, worker)) }
    }
    const agents = new TestAgents({ store: { name: 'hanging', connect, sharing }, clock, storeTimeoutMs: 100 })
    await agents.ask()
    hangs = true
    const explaining = agents.cache.explain(keyOf())
    await clock.advance(100)
    const unavailable = { memory: { present: true }, config: { state: 'refused', reason: 'store-unavailable' } }
    expect(await explaining).toMatchObject(unavailable)
    await clock.advance(200)
    expect(agents.cache.stats().store).toMatchObject({ state: 'down' })
    expect(await agents.cache.explain(keyOf())).toMatchObject(unavailable)
  })

  test('works without a store, and for agents of which only a full build can make another', async () => {
    const { agents, explain } = begin({ store: undefined as never })
    await agents.ask()
    await agents.cache.invalidate({ agentId: 'a' })
    expect(await explain()).toMatchObject({
      config: { state: 'none' },
      invalidation: { last: { target: '{"agentId":"a"}', clock: 1, at: undefined }, sure: true },
    })
    const { store } = begin()
    const opaque = createAgentCache({ namespace: 'test', store, buildAgent: () => ({}), toConfig: () => 1 })
    expect((await opaque.explain(keyOf())).config).toEqual({ state: 'none' })
    await opaque.close()
  })

  test('of an exclusive agent in use does not wait for it', async () => {
    const { agents, explain } = begin({ live: { concurrency: 'exclusive' }, liveScope: ['agentId'] })
    await using _ = await agents.cache.acquire(keyOf())
    expect(await explain()).toMatchObject({ key: { agentId: 'a' }, memory: { leases: 1 } })
  })

  test('tells of failed builds, without the secrets their errors quote', async () => {
    const { agents, explain } = begin()
    agents.load = () => Promise.reject(new TypeError('no route to pg://app:hunter2@db'))
    await agents.ask().catch(() => {})
    expect((await explain()).timeline).toEqual([{ at: start, event: 'build-failed', error: 'TypeError: no route to pg://…@db' }])
  })

  test('refuses what is no key, and after closing says so', async () => {
    const { agents } = begin()
    await expect(agents.cache.explain({ agentId: 'a' } as never)).rejects.toMatchObject({ field: 'userId' })
    await agents.cache.close()
    await expect(agents.cache.explain(keyOf())).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
  })
})

describe('liveAgents', () => {
  test('lists those in use, then the latest used, up to the limit', async () => {
    const { clock, agents } = begin({ liveScope: ['sessionId'] })
    for (const sessionId of ['one', 'two', 'three', 'four']) {
      await agents.ask({ sessionId })
      await clock.advance(10)
    }
    const lease = await agents.cache.acquire(keyOf({ sessionId: 'two' }))
    await agents.ask({ sessionId: 'one' })
    await clock.advance(5)
    const listed = agents.cache.liveAgents()
    expect(listed.map(({ key }) => key)).toEqual(['two', 'one', 'four', 'three'].map((sessionId) => ({ sessionId })))
    expect(listed[0]).toMatchObject({ leases: 1, idleMs: 0, fingerprint: lease.fingerprint, source: 'build' })
    expect(listed[1]).toMatchObject({ leases: 0, idleMs: 5, createdAt: start, freshForMs: 3_600_000 - 45 })
    expect(agents.cache.liveAgents({ limit: 2 })).toEqual(listed.slice(0, 2))
    expect(() => agents.cache.liveAgents({ limit: Number.NaN })).toThrow('limit')
    lease.release()
    await agents.cache.close()
    expect(agents.cache.liveAgents()).toEqual([])
  })
})

describe('stats of the store', () => {
  test('say whether it answers, since when, what it failed with, and how fast it is', async () => {
    const { clock, space, agents } = begin()
    await agents.ask()
    await clock.advance(100)
    const { store } = agents.cache.stats()
    expect(store).toMatchObject({ name: 'memory', state: 'up', since: undefined, failures: 0 })
    expect(store.latency.count).toBeGreaterThan(2)
    const { clockNow } = space
    space.clockNow = () => {
      throw new Error('no route to redis://:hunter2@cache')
    }
    await agents.ask({ sessionId: 'other' })
    await settle()
    const failing = agents.cache.stats().store
    expect(failing).toMatchObject({ state: 'down', since: start + 100, lastError: 'Error: no route to redis://…@cache' })
    expect(failing.failures).toBeGreaterThan(1)
    space.clockNow = clockNow
    await clock.advance(1_000)
    expect(agents.cache.stats().store).toMatchObject({ state: 'up', failures: expect.any(Number) })
    expect(new TestAgents().cache.stats().store).toMatchObject({ name: 'none', state: 'none' })
  })
})

/** Changes the one text that is there. */
function alter(of: Map<string, { value: string; expiresAt: number }>, change: (text: string) => string): void {
  for (const [id, { value, expiresAt }] of of) of.set(id, { value: change(value), expiresAt })
}
