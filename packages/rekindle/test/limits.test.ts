import { describe, expect, test } from 'vitest'
import type { AgentKey } from '../src/index.ts'
import { MemoryStore, settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'
import { sharing } from '../src/store/index.ts'

const codeOf = (error: unknown) => (error as { code: string }).code

/** The outcome of each: where it was served from, or the code of the error. */
async function outcomes(asked: readonly Promise<string>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of await Promise.all(asked.map((one) => one.catch(codeOf)))) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** A request, and how it gives up waiting. */
function impatient(agents: TestAgents, changes: Partial<AgentKey> = {}): { giveUp: () => Promise<void> } {
  const controller = new AbortController()
  const asked = agents.cache.acquire(keyOf(changes), controller).then(
    () => {},
    () => {},
  )
  return {
    giveUp() {
      controller.abort()
      return asked
    },
  }
}

describe('requests that wait', () => {
  test('for builds are 10 000 at most: one more is refused at once, and those in memory are served all the while', async () => {
    const agents = new TestAgents()
    await agents.ask({ agentId: 'in memory' })
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    const waiting = Array.from({ length: 10_000 }, () => agents.ask())
    await settle()
    const refused: unknown = await agents.ask().catch((error: unknown) => error)
    expect(codeOf(refused)).toBe('REKINDLE_QUEUE_FULL')
    expect(String(refused)).toContain('10000 requests are waiting for agents already')
    expect(await agents.ask({ agentId: 'other' }).catch(codeOf)).toBe('REKINDLE_QUEUE_FULL')
    expect(await agents.ask({ agentId: 'in memory' })).toBe('memory v1')
    expect(agents.cache.stats()).toMatchObject({ waiting: 10_000, building: 1 })

    loaded.open({ name: 'n', version: 1 })
    expect(await outcomes(waiting)).toEqual({ 'build cold v1': 10_000 })
    expect(agents.cache.stats()).toMatchObject({ waiting: 0, failed: 2, inUse: 0 })
    expect(await agents.ask({ agentId: 'other' })).toBe('build cold v1')
  })

  test('for one exclusive agent are no more than that either', async () => {
    const agents = new TestAgents({ live: { concurrency: 'exclusive' } })
    const first = await agents.cache.acquire(keyOf())
    const waiting = Array.from({ length: 10_001 }, () => agents.ask())
    first.release()
    expect(await outcomes(waiting)).toEqual({ 'memory v1': 10_000, REKINDLE_QUEUE_FULL: 1 })
  })

  test('make room when they give up', async () => {
    const agents = new TestAgents()
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    const waiting = Array.from({ length: 10_000 }, () => impatient(agents))
    expect(await agents.ask().catch(codeOf)).toBe('REKINDLE_QUEUE_FULL')
    await Promise.all(waiting.map(({ giveUp }) => giveUp()))
    const asked = agents.ask()
    loaded.open({ name: 'n', version: 1 })
    expect(await asked).toBe('build cold v1')
  })
})

describe('builds in progress', () => {
  test('are 10 000 at most, those for which nobody waits any more included', async () => {
    const agents = new TestAgents()
    await agents.ask({ agentId: 'in memory' })
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => impatient(agents, { sessionId: `${n}` }).giveUp()))
    expect(agents.cache.stats()).toMatchObject({ waiting: 0, building: 10_000 })

    const refused: unknown = await agents.ask({ sessionId: 'one more' }).catch((error: unknown) => error)
    expect(codeOf(refused)).toBe('REKINDLE_QUEUE_FULL')
    expect(String(refused)).toContain('10000 builds are in progress already')
    expect(await agents.ask({ agentId: 'in memory' })).toBe('memory v1')
    const joins = agents.ask({ sessionId: '7' })
    agents.load = () => ({ name: 'n', version: 1 })
    loaded.fail(new Error('too late'))
    await expect(joins).rejects.toThrow('too late')
    await settle()
    expect(await agents.ask({ sessionId: 'one more' })).toBe('build cold v1')
  })
})

describe('a key', () => {
  test('that is too long is refused with the field that makes it so, before anything is done with it', async () => {
    const agents = new TestAgents({ store: new MemoryStore() })
    const long = 'x'.repeat(5_000_000)
    for (const field of ['agentId', 'userId', 'sessionId', 'reasoning'] as const) {
      const key: AgentKey = keyOf({ [field]: long })
      await expect(agents.cache.acquire(key)).rejects.toMatchObject({ code: 'REKINDLE_INVALID_KEY', field })
      await expect(agents.cache.getOrBuild(key)).rejects.toMatchObject({ field })
      expect(agents.cache.getIfPresent(key)).toBeUndefined()
      expect(() => agents.cache.key(key)).toThrow(`${field} makes an agent key of`)
      await expect(agents.cache.invalidate({ [field]: long })).rejects.toMatchObject({ code: 'REKINDLE_INVALID_TARGET' })
    }
    expect(agents.loads).toEqual([])
    expect(agents.cache.stats()).toMatchObject({ live: 0, waiting: 0, building: 0 })
  })

  test('of the greatest length is stored and found again, however its characters are written', async () => {
    for (const unit of ['x', '"', '\0', '\ud800', '\u{1f600}']) {
      const store = new MemoryStore()
      const ids = { agentId: unit.repeat(4_000 / unit.length), sessionId: unit.repeat(4_000 / unit.length) }
      const one = new TestAgents({ store }).record('config-not-stored', ({ message }) => message)
      await one.ask(ids)
      await settle()
      expect(one.trace).toEqual([])
      expect(await new TestAgents({ store }).ask(ids)).toBe('config cold v1')
    }
  })
})

describe('tags', () => {
  function tagged(tags: readonly string[]) {
    const store = new MemoryStore()
    const agents = new TestAgents({ store }).record('config-not-stored', ({ path, message }) => `${path} ${message}`)
    agents.load = (_, { tag }) => {
      const { version } = agents
      for (const name of tags) tag(name)
      return { name: 'n', version }
    }
    return { store, agents }
  }
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

  test.each([
    ['100 000 of them', numbered(100_000), 'there are more than 5000 tags'],
    ['one of a megabyte', ['a', 'x'.repeat(1_000_000)], 'a tag has 1000000 characters, more than 1024'],
  ])('that are too much (%s) are named; the agent is served, and kept nowhere', async (_, tags, message) => {
    const { store, agents } = tagged(tags)
    agents.record('retired', ({ cause }) => cause)
    expect(await agents.ask()).toBe('build cold v1')
    expect(agents.trace[0]).toBe(
      `$ ${message}: as an invalidation might pass it by, nothing is kept for the next request; name fewer and shorter ones`,
    )
    expect(agents.trace.slice(1)).toEqual(['invalidated'])
    expect(agents.cache.stats()).toMatchObject({ live: 0, inUse: 0 })
    expect(agents.made[0]!.disposals).toBe(1)
    // Whatever is invalidated meanwhile, nobody gets anything old.
    agents.version = 2
    await agents.cache.invalidate({ tags: [tags.findLast((tag) => tag.length < 1_000)!] })
    expect(await agents.ask()).toBe('build cold v2')
    await settle()
    expect([...store.namespace('test').pointers.keys()]).toEqual([])
  })

  test('that are too much do not make those wait for each other who ask at once, nor those who ask a little later', async () => {
    const { agents } = tagged(numbered(6_000))
    const held = gate()
    const { load } = agents
    agents.load = async (...call) => {
      await held.promise
      return load(...call)
    }
    const early = Array.from({ length: 50 }, () => agents.ask())
    await settle()
    const late = Array.from({ length: 50 }, () => agents.ask())
    await settle()
    held.open()
    expect(await outcomes([...early, ...late])).toEqual({ 'build cold v1': 100 })
    // A build for those who asked before it began, and one for those who came when it was under way.
    expect(agents.loads.length).toBeLessThanOrEqual(3)
  })

  test('that are too much when a config is refreshed end the agent that was made without them', async () => {
    const agents = new TestAgents({ configTtlMs: 1_000, staleWhileRevalidateMs: 60_000 })
    await agents.ask()
    agents.load = (_, { tag }) => {
      for (const name of numbered(6_000)) tag(name)
      return { name: 'agent a', version: 1 }
    }
    await agents.clock.advance(1_500)
    expect(await agents.ask()).toBe('memory v1')
    await settle()
    expect(agents.cache.stats()).toMatchObject({ live: 0, removals: { invalidated: 1 } })
    expect(await agents.ask()).toMatch(/^build .* v1$/)
  })

  test('of the greatest number are noted, and an invalidation of any of them is heeded', async () => {
    const { agents } = tagged(numbered(5_000))
    await agents.ask()
    expect(await agents.ask()).toBe('memory v1')
    agents.version = 2
    await agents.cache.invalidate({ tags: ['4999'] })
    expect(await agents.ask()).toBe('build invalidated v2')
  })
})

describe('a config that is far too large', () => {
  test('is served as it is, and those of others stay at hand', async () => {
    const whole = new MemoryStore()
    const space = whole.connect('test')
    let blobsRead = 0
    const { readBlob } = space
    space.readBlob = (fingerprint) => {
      blobsRead++
      return readBlob(fingerprint)
    }
    await new TestAgents({ store: whole }).ask({ agentId: 'other' })
    await settle()
    const agents = new TestAgents({ store: { name: 'memory', connect: () => space, sharing }, live: { maxAgents: 0 } })
    agents.record('config-not-stored', ({ path, message }) => `${path} ${message}`)
    expect(await agents.ask({ agentId: 'other' })).toBe('config cold v1')
    const documents = Array.from({ length: 100 }, () => 'x'.repeat(1_000_000))
    agents.load = () => ({ name: 'n', version: 1, documents })
    using lease = await agents.cache.acquire(keyOf())
    expect(lease.config['documents']).toBe(documents)
    expect(lease.fingerprint).toBeUndefined()
    expect(agents.trace).toEqual(['$.documents[1] the JSON up to here has more than 1048576 characters'])
    expect(await agents.ask({ agentId: 'other' })).toBe('config evicted v1')
    expect(blobsRead).toBe(1)
  })
})

describe('what is wrong with a config', () => {
  const configSchema = (messages: readonly string[]) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: () => ({ issues: messages.map((message, n) => ({ message, path: ['items', n, 'x'.repeat(10_000)] })) }),
    },
  })

  test('is told in a few words, however much it is', async () => {
    const messages = Array.from({ length: 2_000 }, () => 'y'.repeat(1_000))
    const agents = new TestAgents({ configSchema: configSchema(messages) })
    const error: unknown = await agents.ask().catch((reason: unknown) => reason)
    expect(codeOf(error)).toBe('REKINDLE_INVALID_CONFIG')
    expect(String(error)).toContain('$.items[0]["xxx')
    expect(String(error)).toContain(' and 1980 more')
    expect(String(error).length).toBeLessThan(10_000)
  })
})

describe('listeners', () => {
  test('of an event are 1000 at most: one more is refused, and said to be a leak', () => {
    const { cache } = new TestAgents()
    const stops = Array.from({ length: 1_000 }, () => cache.on('created', () => {}))
    expect(() => cache.on('created', () => {})).toThrow("'created' has 1000 listeners already")
    cache.on('retired', () => {})
    stops[0]!()
    cache.on('created', () => {})
  })
})
