import { describe, expect, test } from 'vitest'
import { createInvalidator } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'

describe('createInvalidator', () => {
  test('invalidates agents of other processes, with and without confirmation, and leaves nothing behind', async () => {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock })
    const agents = new TestAgents({ store, clock, configScope: ['agentId'] })
    await agents.ask()
    await clock.advance(1_000)
    const invalidator = createInvalidator({ namespace: 'test', store, clock, configScope: ['agentId'] })
    agents.version = 2
    await invalidator.invalidate({ agentId: 'a', sessionId: 's' })
    await settle()
    expect(await agents.ask()).toBe('build invalidated v2')
    agents.version = 3
    await invalidator.invalidate('all', { confirm: true })
    expect(await agents.ask()).toBe('build invalidated v3')
    await invalidator.close()
    await invalidator.close()
    await agents.cache.close()
    await clock.advance(250)
    expect([store.namespace('test').present.size, store.namespace('test').listeners.size, clock.timers]).toEqual([0, 0, 0])
  })

  test.each([
    ['no namespace', { store: new MemoryStore() }, 'namespace'],
    ['no store', { namespace: 'test' }, 'store'],
    ['a scope that is none', { namespace: 'test', store: new MemoryStore(), configScope: ['agent'] }, 'configScope'],
  ])('refuses %s', (_, options, option) => {
    expect(() => createInvalidator(options as never)).toThrow(expect.objectContaining({ option }))
  })
})
