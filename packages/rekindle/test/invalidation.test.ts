import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { InvalidTargetError } from '../src/index.ts'
import { sqliteStore } from '../src/sqlite/index.ts'
import { settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'
import { testFolder } from './test-folder.ts'

const folder = testFolder('invalidation')
let path: string
let files = 0
beforeEach(() => (path = join(folder, `${files++}.db`)))

const worker = (options: ConstructorParameters<typeof TestAgents>[0] = {}) =>
  new TestAgents({ store: sqliteStore({ path }), ...options })

describe('invalidate', () => {
  const others = { agentId: 'other', userId: 'other', sessionId: 'other', reasoning: true }
  test.each([
    ['a key', keyOf()],
    ['an agent', { agentId: 'a' }],
    ['a user', { userId: 'u' }],
    ['a session', { sessionId: 's' }],
    ['a reasoning mode', { reasoning: false }],
    ['two fields', { agentId: 'a', userId: 'u' }],
    ['a tag', { tags: ['model:m'] }],
    ['everything', 'all' as const],
  ])('of %s reaches what it names, in memory and in the store, and nothing else', async (_, target) => {
    const agents = worker()
    const bystander = keyOf(others)
    agents.load = ({ agentId }, { tag }) => {
      if (agentId === 'a') tag('model:m')
      return { name: 'n', version: agents.version }
    }
    await agents.ask()
    await agents.cache.use(bystander, () => {})
    agents.version = 2
    await agents.cache.invalidate(target)
    expect(await agents.ask()).toBe('build invalidated v2')
    expect(await agents.ask(others)).toBe(target === 'all' ? 'build invalidated v2' : 'memory v1')

    await agents.cache.close()
    const next = worker()
    expect(await next.ask()).toBe('config cold v2')
    expect(await next.ask(others)).toBe(target === 'all' ? 'config cold v2' : 'config cold v1')
  })

  test('is seen by the config reads of another worker at once, whenever that last looked', async () => {
    const [one, two] = [worker({ live: { maxAgents: 0 } }), worker({ live: { maxAgents: 0 } })]
    await one.ask()
    expect(await two.ask()).toBe('config cold v1')
    one.version = 2
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    expect(await two.ask()).toBe('build evicted v2')
    expect(await one.ask()).toBe('config evicted v2')
  })

  test('of two fields leaves keys alone that share only one of them', async () => {
    const agents = worker()
    for (const userId of ['u', 'v']) await agents.ask({ userId })
    await agents.cache.invalidate({ agentId: 'a', userId: 'u' })
    expect(await agents.ask({ userId: 'v' })).toBe('memory v1')
    expect(await agents.ask({ userId: 'u' })).toBe('build invalidated v1')
  })

  test('of a key reaches a config that the key shares with others', async () => {
    const agents = worker({ configScope: ['agentId'] })
    await agents.ask()
    agents.version = 2
    await agents.cache.invalidate(keyOf())
    expect(await agents.ask()).toBe('build invalidated v2')
  })

  test('of a user leaves configs alone that do not depend on users', async () => {
    const agents = worker({ configScope: ['agentId'] })
    await agents.ask()
    agents.version = 2
    await agents.cache.invalidate({ userId: 'u' })
    expect(await agents.ask()).toBe('config invalidated v1')
  })

  test('leaves the agent to those who hold it, tells them, and disposes it after the last', async () => {
    const agents = worker().record('retired', ({ cause, leases }) => `${cause} ${leases}`)
    const [one, two] = [await agents.cache.acquire(keyOf()), await agents.cache.acquire(keyOf())]
    let told = 0
    one.retired.addEventListener('abort', () => told++)
    await agents.cache.invalidate({ agentId: 'a' })
    expect([told, two.retired.aborted, agents.trace]).toEqual([1, true, ['invalidated 2']])
    one.release()
    await settle()
    expect(one.agent.disposals).toBe(0)
    two.release()
    await settle()
    expect(one.agent.disposals).toBe(1)
  })

  test.each([
    ['nothing', {}, 'names nothing'],
    ['no target', undefined, 'got undefined'],
    ['an unknown field', { agent: 'a' }, "'agent' is no field"],
    ['a number for an id', { agentId: 42 }, 'Write String(42)'],
    ['no tags', { tags: [] }, 'at least one'],
    ['a tag that nothing can have', { tags: ['a', 'x'.repeat(2_000)] }, 'A tag may have 1024 characters; one has 2000'],
    ['tags that are no list', { tags: 'x' }, 'list'],
    ['tags and fields', { tags: ['x'], agentId: 'a' }, 'not both'],
    ['a word that is not all', 'everything', "got 'everything'"],
  ])('refuses %s with a clear error', async (_, target, message) => {
    const error: unknown = await worker()
      .cache.invalidate(target as never)
      .catch((reason: unknown) => reason)
    expect(InvalidTargetError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(message)
  })
})

describe('a load that an invalidation overtakes', () => {
  /** Asks, and holds the load of the old version up until `open`. */
  function overtaken(tags: readonly string[] = []) {
    const agents = worker()
    const held = gate()
    agents.load = async (_, { tag }) => {
      const { version } = agents
      if (version === 1) await held.promise
      for (const name of tags) tag(name)
      return { name: 'n', version }
    }
    const early = agents.ask()
    return { agents, early, open: held.open }
  }

  test.each([
    ['its key', keyOf()],
    ['everything', 'all' as const],
  ])('of %s goes to those who asked before, and is neither kept nor stored nor joined', async (_, target) => {
    const { agents, early, open } = overtaken()
    await settle()
    agents.version = 2
    await agents.cache.invalidate(target)
    const late = await agents.ask()
    expect(late).toBe('build cold v2')
    open()
    expect(await early).toBe('build cold v1')
    expect(await agents.ask()).toBe('memory v2')
    await agents.cache.close()
    expect(await worker().ask()).toBe('config cold v2')
  })

  test('by a tag that it names only later is not given to those who asked after the invalidation', async () => {
    const { agents, early, open } = overtaken(['model:m'])
    await settle()
    agents.version = 2
    await agents.cache.invalidate({ tags: ['model:m'] })
    // Nobody could know yet that the load in progress depends on the tag.
    const late = agents.ask()
    await settle()
    open()
    expect(await early).toBe('build cold v1')
    expect(await late).toBe('build cold v2')
    expect(await agents.ask()).toBe('memory v2')
  })

  test('in another worker is invalid from birth, in whatever order the writes arrive', async () => {
    const { agents, early, open } = overtaken()
    await settle()
    const other = worker()
    other.version = 2
    await other.cache.invalidate({ agentId: 'a' })
    expect(await other.ask()).toBe('build cold v2')
    // The late writer overwrites the newer entry with the old config, as a stale set does.
    open()
    await early
    await agents.cache.close()
    const third = worker()
    third.version = 2
    expect(await third.ask()).not.toContain('v1')
  })
})

describe('the store losing its clock', () => {
  test('makes everything older invalid, rather than anything valid again', async () => {
    const agents = worker()
    await agents.ask()
    await agents.cache.invalidate({ agentId: 'other' })
    const { DatabaseSync } = await import('node:sqlite')
    const raw = new DatabaseSync(path)
    raw.exec('DELETE FROM rekindle_clocks; DELETE FROM rekindle_targets')
    raw.close()
    agents.version = 2
    // Any look at the store shows that its history is another one.
    await agents.ask({ agentId: 'b' })
    expect(await agents.ask()).toBe('build invalidated v2')
  })
})

describe('invalidations that come faster than loads', () => {
  test('keep nobody waiting for ever', async () => {
    const agents = worker()
    const loads: (() => void)[] = []
    agents.load = async (_, { tag }) => {
      await new Promise<void>((resolve) => loads.push(resolve))
      tag('busy')
      return { name: 'n', version: 1 }
    }
    const answers: string[] = []
    const ask = () => void agents.ask().then((answer) => answers.push(answer))
    ask()
    await settle()
    // The second asks when the first load has been overtaken already, without anyone knowing.
    await agents.cache.invalidate({ tags: ['busy'] })
    ask()
    for (let round = 0; round < 5 && answers.length < 2; round++) {
      await settle()
      await agents.cache.invalidate({ tags: ['busy'] })
      for (const load of loads.splice(0)) load()
      await settle()
    }
    expect(answers).toEqual(['build cold v1', 'build cold v1'])
    expect(agents.loads).toHaveLength(2)
  })
})

describe('what was read before an invalidation', () => {
  test('does not renew an agent that a refresh found unchanged', async () => {
    const agents = new TestAgents({ configTtlMs: 1_000, staleWhileRevalidateMs: 60_000, live: { idleMs: 1e9 } })
    await agents.ask()
    const held = gate()
    agents.load = async (_, { tag }) => {
      tag('model')
      const { version } = agents
      await held.promise
      return { name: 'agent a', version }
    }
    await agents.clock.advance(1_500)
    expect(await agents.ask()).toBe('memory v1')
    await settle()
    agents.load = () => ({ name: 'agent a', version: 2 })
    await agents.cache.invalidate({ tags: ['model'] })
    held.open()
    await settle()
    expect(await agents.ask()).toBe('build invalidated v2')
  })

  test('is no reason to fail those who asked after it', async () => {
    const agents = worker()
    const held = gate()
    agents.load = async () => {
      await held.promise
      throw new Error('no such row')
    }
    const early = agents.ask().catch((error: unknown) => String(error))
    await settle()
    await agents.cache.invalidate({ tags: ['rows'] })
    const late = agents.ask()
    await settle()
    agents.load = () => ({ name: 'n', version: 2 })
    held.open()
    expect(await early).toBe('Error: no such row')
    expect(await late).toBe('build cold v2')
  })
})

describe('a cache without a store', () => {
  test('invalidates what is named and nothing else, from the first time on', async () => {
    const agents = new TestAgents()
    for (const agentId of ['a', 'b', 'c']) await agents.ask({ agentId })
    await agents.cache.invalidate({ agentId: 'a' })
    expect(agents.cache.stats().live).toBe(2)
  })
})
