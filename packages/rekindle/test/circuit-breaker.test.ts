import { describe, expect, test } from 'vitest'
import type { ConfigStore } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'

/** A worker whose store can be made to hang or to fail, and the calls that reach it. */
function world(options: ConstructorParameters<typeof TestAgents>[0] = {}) {
  const clock = new ManualClock()
  const real = new MemoryStore({ clock }).connect('test')
  const calls: string[] = []
  let fault: (() => Promise<never>) | undefined
  const names = ['read', 'readBlob', 'write', 'remove', 'invalidate', 'sync', 'workers', 'claim', 'release', 'send'] as const
  const guarded = Object.fromEntries(
    names.map((name) => [
      name,
      (...args: never[]) => {
        calls.push(name)
        return fault?.() ?? (real[name] as (...args: never[]) => Promise<unknown>)(...args)
      },
    ]),
  )
  const connection = { ...real, ...guarded } as StoreConnection
  const store: ConfigStore = { name: 'memory', connect: () => connection, sharing }
  // No half of a pause is left to chance.
  const agents = new TestAgents({ store, clock, storeTimeoutMs: 250, live: { maxAgents: 0 }, random: () => 1, ...options })
  const setFault = (to: typeof fault) => (fault = to)
  return { agents, clock, calls, setFault }
}

const hang = () => new Promise<never>(() => {})
const refuse = () => Promise.reject(new Error('ECONNREFUSED'))

describe('when the store hangs', () => {
  test('a request waits for it storeTimeoutMs at most, and once that is known, none waits at all', async () => {
    const { agents, clock, calls, setFault } = world()
    await agents.ask()
    setFault(hang)
    const first = agents.ask()
    await clock.advance(250)
    expect(await first).toBe('build store-unavailable v1')
    // What has failed is looked into, in the background.
    await clock.advance(250)
    calls.length = 0
    for (let request = 0; request < 100; request++) expect(await agents.ask()).toBe('build store-unavailable v1')
    await settle()
    expect(calls).toEqual([])
  })

  test('it is asked again by one call in the background, less and less often, and never by a request', async () => {
    const { agents, clock, calls, setFault } = world()
    await agents.ask()
    setFault(refuse)
    await agents.ask()
    await settle()
    calls.length = 0
    const counts: number[] = []
    for (let second = 0; second < 5; second++) {
      const before = calls.length
      for (let tenth = 0; tenth < 10; tenth++) {
        await agents.ask()
        await clock.advance(100)
      }
      counts.push(calls.length - before)
    }
    expect(new Set(calls)).toEqual(new Set(['sync']))
    expect(counts[0]).toBeLessThanOrEqual(5)
    expect(counts.slice(1)).toEqual([2, 2, 2, 2])
  })

  test('it is used again within a second of its return', async () => {
    const { agents, clock, setFault } = world()
    await agents.ask()
    await settle()
    setFault(hang)
    await clock.advance(60_000)
    expect(await agents.ask()).toBe('build store-unavailable v1')
    setFault(undefined)
    await clock.advance(1_000)
    expect(await agents.ask()).toBe('config evicted v1')
  })
})

describe('when the store is slow', () => {
  test.each([
    [50, 150],
    [100, 250],
    [240, 250],
  ])('%i ms a call: a request waits for all of its calls %i ms, and no longer', async (callMs, waitsMs) => {
    const clock = new ManualClock()
    const real = new MemoryStore({ clock }).connect('test')
    const slowly = (name: 'read' | 'claim') => {
      const call = real[name].bind(real) as (...args: never[]) => Promise<unknown>
      const wait = () => new Promise<void>((resolve) => void clock.after(callMs, resolve))
      return (...args: never[]) => wait().then(() => call(...args))
    }
    const connection = { ...real, read: slowly('read'), claim: slowly('claim') } as StoreConnection
    const { claim } = connection
    // It does not tell with the claim what is there by then, so that has to be asked.
    connection.claim = (id, given) => claim(id, { ...given, look: false })
    const agents = new TestAgents({ store: { name: 'slow', connect: () => connection, sharing }, clock, storeTimeoutMs: 250 })
    let answer: string | undefined
    void agents.ask().then((found) => (answer = found))
    await clock.advance(waitsMs - 1)
    expect(answer).toBe(undefined)
    await clock.advance(1)
    await settle()
    expect(answer).toBe('build cold v1')
    const closed = agents.cache.close()
    await clock.advance(1_000)
    await closed
    expect(clock.timers).toBe(0)
  })
})

describe('a call that fails while the store is well', () => {
  test('does not keep others from the store', async () => {
    const { agents, calls, setFault } = world()
    await agents.ask()
    await agents.ask({ agentId: 'b' })
    // One entry that cannot be read, of whatever kind it is.
    setFault(() => (calls.at(-1) === 'read' ? refuse() : (undefined as never)))
    for (let request = 0; request < 5; request++) expect(await agents.ask()).toBe('build store-unavailable v1')
    setFault(undefined)
    await settle()
    expect(await agents.ask({ agentId: 'b' })).toBe('config evicted v1')
    expect(agents.cache.stats().synced).toBe(true)
  })
})

describe('closing while the store does not answer', () => {
  test('leaves no request waiting', async () => {
    const { agents, clock, calls, setFault } = world({ storeTimeoutMs: 5_000 })
    await agents.ask()
    setFault(() => (calls.at(-1) === 'read' ? hang() : (undefined as never)))
    const asked = agents.ask().catch((error: { code?: string }) => error.code)
    await settle()
    const closed = agents.cache.close({ drainMs: 0 })
    await clock.advance(2_000)
    await closed
    expect(await asked).toBe('REKINDLE_CACHE_CLOSED')
    expect(clock.timers).toBe(0)
  })

  test('signs the worker off when the store is back by then, whether that is known yet or not', async () => {
    const { agents, clock, calls, setFault } = world()
    await agents.ask()
    setFault(refuse)
    await clock.advance(10_000)
    expect(agents.cache.stats().synced).toBe(false)
    setFault(undefined)
    calls.length = 0
    await agents.cache.close()
    expect(calls).toEqual(['sync'])
  })
})

describe('a store that does not keep to its port', () => {
  test('cannot make closing fail', async () => {
    const { agents } = world()
    const store: ConfigStore = {
      name: 'odd',
      sharing,
      connect: () => ({ ...new MemoryStore().connect('test'), listen: () => undefined as never }),
    }
    const odd = new TestAgents({ store })
    await odd.ask()
    await odd.cache.close()
    await agents.cache.close()
  })
})
