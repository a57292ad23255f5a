import { describe, expect, test } from 'vitest'
import type { ConfigStore, StoreConnection } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'

/** A correct store in this process, of which a test can replace calls. */
function memoryStore(changes: Partial<StoreConnection> = {}) {
  const whole = new MemoryStore()
  const connection = { ...whole.connect('test'), ...changes }
  const store: ConfigStore = { name: 'memory', connect: () => connection }
  return { store, connection, space: whole.namespace('test') }
}
const nothing = { history: 'none', clock: 0 }

describe('a store that loses one reply', () => {
  test('delays an invalidation by storeTimeoutMs at most, and works again afterwards', async () => {
    const { store, connection } = memoryStore()
    const { sync } = connection
    let hang = false
    connection.sync = (...seen) => (hang ? new Promise(() => {}) : sync(...seen))
    const agents = new TestAgents({ store, storeTimeoutMs: 200 })
    await agents.ask()
    agents.version = 2
    hang = true
    // Another worker's, so that ours is not the next one and the view must catch up.
    await connection.invalidate(['#"other"'], nothing)
    const invalidated = agents.cache.invalidate({ agentId: 'a' })
    await agents.clock.advance(200)
    await invalidated
    hang = false
    expect(await agents.ask()).toContain('v2')
    await agents.cache.invalidate({ agentId: 'a' })
    agents.version = 3
    expect(await agents.ask()).toContain('v3')
  })
})

describe('a store whose clock goes back within one history', () => {
  test('is asked a few times and believed, instead of without end', async () => {
    let asked = 0
    const { store } = memoryStore({
      sync: async () => {
        asked++
        return { clock: { history: 'h', clock: 9, floor: 0 }, targets: [] }
      },
      read: async () => ({ pointer: undefined, clock: { history: 'h', clock: 10, floor: 0 } }),
    })
    const agents = new TestAgents({ store })
    expect(await agents.ask()).toContain('v1')
    expect(asked).toBeLessThanOrEqual(4)
  })
})

describe('a store that takes reads but no invalidation', () => {
  const failing = { invalidate: () => Promise.reject(new Error('READONLY')) }

  test('does not serve, in the process that was told to drop it, what it still has', async () => {
    const world = memoryStore(failing)
    await new TestAgents({ store: world.store }).ask()
    const agents = new TestAgents({ store: world.store })
    agents.version = 2
    // Its first contact with the store: the history of that is news to it.
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toMatchObject({ code: 'REKINDLE_INVALIDATION_FAILED' })
    expect(await agents.ask()).toBe('build invalidated v2')
    expect(await agents.ask()).toBe('memory v2')
  })

  test('although the store knows of an earlier invalidation of the same', async () => {
    const world = memoryStore()
    const { invalidate } = world.connection
    await invalidate(['{"agentId":"a"}'], nothing)
    await new TestAgents({ store: world.store }).ask()
    world.connection.invalidate = failing.invalidate
    const agents = new TestAgents({ store: world.store })
    agents.version = 2
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toThrow('Call invalidate again')
    expect(await agents.ask()).toBe('build invalidated v2')
  })

  test('nor what others have put there since, at a later clock', async () => {
    const world = memoryStore()
    const agents = new TestAgents({ store: world.store, live: { maxAgents: 0 } })
    await agents.ask()
    const { invalidate } = world.connection
    world.connection.invalidate = failing.invalidate
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toThrow('Call invalidate again')
    world.connection.invalidate = invalidate
    await invalidate(['#"other"'], nothing)
    const other = new TestAgents({ store: world.store })
    other.version = 2
    world.space.pointers.clear()
    await other.ask()
    agents.version = 3
    expect(await agents.ask()).toContain('v3')
    await agents.cache.invalidate({ agentId: 'a' })
    agents.version = 4
    expect(await agents.ask()).toContain('v4')
  })
})

describe('a wall clock that is set back while the store hangs', () => {
  test('makes nobody wait longer than storeTimeoutMs', async () => {
    let setBack = 0
    const clock = new ManualClock()
    const now = clock.now.bind(clock)
    clock.now = () => now() - setBack
    const { store } = memoryStore({ read: () => new Promise(() => {}) })
    const agents = new TestAgents({ store, clock, storeTimeoutMs: 200 })
    const asked = agents.ask()
    setBack = 60_000
    await clock.advance(200)
    expect(await asked).toBe('build store-unavailable v1')
  })
})

describe('targets in the store that nobody here wrote', () => {
  test('are passed over', async () => {
    const { store, connection } = memoryStore()
    await connection.invalidate(['{oops', 'nonsense', '{"agentId":'], nothing)
    const agents = new TestAgents({ store })
    expect(await agents.ask()).toBe('build cold v1')
    await settle()
    expect(await new TestAgents({ store }).ask()).toBe('config cold v1')
  })
})
