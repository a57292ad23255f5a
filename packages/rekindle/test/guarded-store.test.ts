import { describe, expect, test } from 'vitest'
import { Events } from '../src/events.ts'
import type { StoreConnection } from '../src/store/index.ts'
import { GuardedStore } from '../src/resilience/guarded-store.ts'
import { HealthRecord } from '../src/resilience/store-health.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { gate } from './test-agents.ts'

/** A guarded store that answers within 250 ms or not at all, what it reports, and how often it has been suspected. */
function guarded(changes: Partial<StoreConnection> = {}) {
  const clock = new ManualClock()
  const connection: StoreConnection = { ...new MemoryStore().connect('test'), ...changes }
  const events = new Events({ namespace: 'test', worker: 'w' })
  const trace: string[] = []
  events.on('store-error', ({ operation, error }) => trace.push(`${operation}: ${(error as Error).message}`))
  const store = new GuardedStore('memory', connection, 250, clock, events)
  const suspicions: string[] = []
  store.suspect = () => void suspicions.push('suspected')
  return { clock, store, trace, suspicions }
}

const hang = <Value>() => new Promise<Value>(() => {})
const refuse = () => Promise.reject<never>(new Error('refused'))

describe('a read', () => {
  test('that fails is reported under what was read, and has the store looked into', async () => {
    const { store, trace, suspicions } = guarded()
    expect(await store.read('a config', refuse, 'otherwise')).toBe('otherwise')
    expect([trace, suspicions]).toEqual([['read a config: refused'], ['suspected']])
  })

  test('that is not answered in time is said to have had storeTimeoutMs', async () => {
    const { clock, store, trace } = guarded()
    const asked = store.ask('a config', hang)
    await clock.advance(250)
    expect(await asked).toBe(undefined)
    expect(trace).toEqual(['read a config: The store did not answer the reading of a config within storeTimeoutMs (250 ms).'])
  })

  test('has what is left of the patience of who asks, which it uses up, and without any the store is not asked', async () => {
    const { clock, store, trace } = guarded()
    const patience = { leftMs: 100 }
    const asked = store.read('a config', () => hang<string>(), 'otherwise', patience)
    await clock.advance(100)
    expect(await asked).toBe('otherwise')
    expect(trace).toEqual(['read a config: The store did not answer the reading of a config within storeTimeoutMs (100 ms).'])
    expect(patience.leftMs).toBe(0)
    let calls = 0
    const again = store.read('a config', async () => `answer ${++calls}`, 'otherwise', patience)
    expect([await again, calls]).toEqual(['otherwise', 0])
  })

  test('whose failure is no news, the store being known to be down by then, has nothing looked into', async () => {
    const { store, trace, suspicions } = guarded()
    const { promise, fail } = gate<string>()
    const asked = store.read('a config', () => promise, 'otherwise')
    store.down = true
    fail(new Error('refused'))
    expect(await asked).toBe('otherwise')
    expect([trace, suspicions]).toEqual([['read a config: refused'], []])
  })
})

describe('a write behind', () => {
  test('is not tried while the store is down', async () => {
    const { store } = guarded()
    store.down = true
    let calls = 0
    await store.writeBehind('a config', async () => void calls++)
    expect(calls).toBe(0)
  })

  test('that fails is reported under what was written', async () => {
    const { clock, store, trace } = guarded()
    await store.writeBehind('a config', refuse)
    const slow = store.writeBehind('a config', hang)
    await clock.advance(250)
    await slow
    expect(trace).toEqual([
      'write a config: refused',
      'write a config: The store did not answer the writing of a config within storeTimeoutMs (250 ms).',
    ])
  })

  test('is dropped when 1000 are waiting already, and not when one of those has ended', async () => {
    const { store, trace } = guarded()
    const { promise, open } = gate()
    let calls = 0
    const write = (until: Promise<void>) =>
      store.writeBehind('a config', async () => {
        calls++
        await until
      })
    const first = write(promise)
    for (let more = 1; more < 1_000; more++) void write(hang())
    await write(hang())
    expect(calls).toBe(1_000)
    expect(trace).toEqual(['write a config: 1000 writes are waiting for the store; this one was dropped.'])
    open()
    await first
    void write(hang())
    expect([calls, trace.length]).toEqual([1_001, 1])
  })
})

describe('close', () => {
  test('waits for what is being written and for what that leads to, then closes the connection', async () => {
    const order: string[] = []
    const { store } = guarded({ close: async () => void order.push('closed') })
    const { promise, open } = gate()
    const write = store.writeBehind('a config', async () => {
      await promise
      order.push('written')
    })
    void write.then(() => store.writeBehind('the end of a claim', async () => void (await settle(), order.push('claim ended'))))
    const closed = store.close()
    await settle()
    expect(order).toEqual([])
    open()
    await closed
    expect(order).toEqual(['written', 'claim ended', 'closed'])
  })

  test('reports a connection that cannot be closed, and ends', async () => {
    const { store, trace } = guarded({ close: refuse })
    await store.close()
    expect(trace).toEqual(['close: refused'])
  })

  test('does not wait longer for that than for any other answer', async () => {
    const { clock, store, trace } = guarded({ close: hang })
    const closed = store.close()
    await settle()
    await clock.advance(250)
    await closed
    expect(trace).toEqual(['close: The store did not answer close within storeTimeoutMs (250 ms).'])
  })

  test('leaves nobody waiting, with patience or without', async () => {
    const { clock, store } = guarded()
    const answers = [
      store.read('a config', () => hang<string>(), 'otherwise', { leftMs: 200 }),
      store.read('a config', () => hang<string>(), 'otherwise'),
    ]
    await store.close()
    expect(await Promise.all(answers)).toEqual(['otherwise', 'otherwise'])
    expect(clock.timers).toBe(0)
  })
})

describe('the health of a store', () => {
  test('says since when it has been so, however often that is said', async () => {
    const clock = new ManualClock(1_000)
    const health = new HealthRecord('memory', clock)
    expect(health.summary()).toMatchObject({ name: 'memory', state: 'up', since: undefined, failures: 0 })
    health.down = true
    await clock.advance(500)
    health.down = true
    expect(health.summary()).toMatchObject({ state: 'down', since: 1_000 })
    health.down = false
    expect(health.summary()).toMatchObject({ state: 'up', since: 1_500 })
  })

  test('of none is neither up nor down', () => {
    const health = new HealthRecord('none', new ManualClock())
    health.down = true
    expect(health.summary().state).toBe('none')
  })
})
