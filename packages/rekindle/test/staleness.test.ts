import { describe, expect, test } from 'vitest'
import type { ConfigStore } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'

/** Workers on one store and one clock. What a worker's connection does can be changed. */
function fleet(options: ConstructorParameters<typeof TestAgents>[0] = {}) {
  const clock = new ManualClock()
  const whole = new MemoryStore({ clock })
  const worker = (changes: Partial<StoreConnection> = {}, more: typeof options = {}) => {
    const connection = { ...whole.connect('test'), ...changes }
    const store: ConfigStore = { name: 'memory', connect: () => connection, sharing }
    return Object.assign(new TestAgents({ ...options, ...more, store, clock }), { connection })
  }
  return { clock, worker, space: whole.namespace('test') }
}

/** Each when what the one before has loaded is in the store. */
async function askInTurn(...workers: readonly TestAgents[]): Promise<void> {
  for (const one of workers) {
    await one.ask()
    await settle()
  }
}

const deaf = { listen: () => () => {} }
const down = () => Promise.reject(new Error('down'))

describe('memory', () => {
  test('drops what another worker invalidates as soon as it hears of it', async () => {
    const { worker } = fleet()
    const [one, two] = [worker(), worker()]
    two.record('retired', ({ cause }) => cause)
    await Promise.all([one.ask(), two.ask()])
    await settle()
    await one.cache.invalidate({ agentId: 'a' })
    await settle()
    expect(two.trace).toEqual(['invalidated'])
    expect(two.cache.stats().live).toBe(0)
  })

  test('serves for maxStalenessMs at most when word of an invalidation is lost', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker(), worker(deaf)]
    await askInTurn(one, two)
    await clock.advance(10)
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    expect(await two.ask()).toBe('memory v1')
    await clock.advance(999)
    expect(await two.ask()).toBe('build invalidated v2')
  })

  test('asks the store before each hit when maxStalenessMs is 0', async () => {
    const { worker } = fleet({ maxStalenessMs: 0 })
    const [one, two] = [worker(), worker(deaf)]
    await askInTurn(one, two)
    expect(await two.ask()).toBe('memory v1')
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    expect(await two.ask()).toBe('build invalidated v2')
  })

  test('asks before it serves when the process has stood still', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker(), worker(deaf)]
    await askInTurn(one, two)
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    // Time goes on, but no timer of the process has run yet.
    const now = clock.now()
    clock.now = () => now + 60_000
    expect(await two.ask()).toBe('build invalidated v2')
  })

  test('is not trusted before the worker is known to the store, so that nobody overlooks it', async () => {
    const { clock, worker, space } = fleet({ whenUnsynced: 'rebuild' })
    const one = worker()
    const { sync } = one.connection
    one.connection.sync = down
    expect(await one.ask()).toBe('build store-unavailable v1')
    expect(await one.ask()).toBe('build store-unavailable v1')
    expect([one.cache.stats().live, space.present.size]).toEqual([1, 0])
    one.connection.sync = sync
    await clock.advance(800)
    expect(space.present.size).toBe(1)
    // What was made in the meantime is of no known time.
    expect(await one.ask()).toBe('build invalidated v1')
    expect(await one.ask()).toBe('memory v1')
  })

  test('of exclusive agents asks, too, before one is handed to the next in the queue', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker(), worker(deaf, { live: { concurrency: 'exclusive' } })]
    const first = await two.cache.acquire(keyOf())
    const second = two.ask()
    await settle()
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    const now = clock.now()
    clock.now = () => now + 60_000
    first.release()
    expect(await second).toBe('build invalidated v2')
  })
})

/** Loads of version 1 wait until the gate is opened. */
function holdingFirst(agents: TestAgents) {
  const held = gate()
  agents.load = async () => {
    const { version } = agents
    if (version === 1) await held.promise
    return { name: 'n', version }
  }
  return held
}

describe('who joins what is under way', () => {
  test('gets nothing that was loaded before an invalidation that had completed, although word of it is lost', async () => {
    const { worker } = fleet()
    const [one, two] = [worker(), worker(deaf)]
    await one.ask()
    const held = holdingFirst(two)
    const early = two.ask({ agentId: 'b' })
    await settle()
    two.version = 2
    await one.cache.invalidate({ agentId: 'b' })
    const late = two.ask({ agentId: 'b' })
    await settle()
    held.open()
    expect(await early).toBe('build cold v1')
    expect(await late).toBe('build invalidated v2')
    expect(two.loads).toHaveLength(2)
  })

  test('nor what the store said before', async () => {
    const { worker } = fleet()
    const [one, two] = [worker(), worker(deaf)]
    await one.ask()
    await two.ask({ agentId: 'other' })
    await settle()
    const held = gate()
    const { read } = two.connection
    two.connection.read = async (id) => {
      const answer = await read(id)
      await held.promise
      return answer
    }
    const early = two.ask()
    await settle()
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    const late = two.ask()
    await settle()
    held.open()
    expect(await early).toBe('config cold v1')
    expect(await late).toBe('build invalidated v2')
  })

  test.each(['serve', 'rebuild'] as const)(
    'gets, while the store does not answer, what is within the bound for memory: %s',
    async (whenUnsynced) => {
      const { clock, worker } = fleet({ maxStalenessMs: 0, whenUnsynced })
      const one = worker({ read: down, sync: down, claim: down })
      const loads: (() => void)[] = []
      one.load = async () => {
        const { version } = one
        await new Promise<void>((resolve) => loads.push(resolve))
        return { name: 'n', version }
      }
      const early = one.ask()
      await settle()
      one.version = 2
      const late = one.ask()
      await settle()
      loads[0]!()
      expect(await early).toBe('build store-unavailable v1')
      await settle()
      loads[1]?.()
      expect(await late).toBe(whenUnsynced === 'serve' ? 'build store-unavailable v1' : 'build store-unavailable v2')
      await clock.advance(0)
    },
  )
})

describe('who joins what is under way, and hears of its invalidation while the store is asked once more', () => {
  test('does not get it, although the store does not answer', async () => {
    const { clock, worker } = fleet({ storeTimeoutMs: 250 })
    const [one, two] = [worker(), worker()]
    await one.ask()
    const held = holdingFirst(two)
    const early = two.ask({ agentId: 'b' })
    await settle()
    const late = two.ask({ agentId: 'b' })
    await settle()
    two.connection.sync = () => new Promise(() => {})
    held.open()
    expect(await early).toBe('build cold v1')
    two.version = 2
    await one.cache.invalidate({ agentId: 'b' })
    await settle()
    await clock.advance(250)
    expect(await late).toContain('v2')
  })
})

describe('while the store does not answer', () => {
  test('memory goes on serving by default, and says so; what was invalidated meanwhile goes when the store is back', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker(), worker(deaf)]
    two.record('unsynced', ({ serving }) => `unsynced, serving: ${serving}`).record('synced', () => 'synced')
    await askInTurn(one, two)
    const { sync } = two.connection
    two.connection.sync = down
    two.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    await clock.advance(10_000)
    expect(await two.ask()).toBe('memory v1')
    expect(two.cache.stats().synced).toBe(false)
    two.connection.sync = sync
    await clock.advance(800)
    expect(two.trace).toEqual(['unsynced, serving: true', 'synced'])
    expect(await two.ask()).toBe('build invalidated v2')
  })

  test("memory stops serving within maxStalenessMs with whenUnsynced: 'rebuild', and serves again when the store is back", async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000, whenUnsynced: 'rebuild' })
    const one = worker()
    await one.ask()
    const { sync, read } = one.connection
    one.connection.sync = down
    one.connection.read = down
    await clock.advance(1_000)
    one.version = 2
    expect(await one.ask()).toBe('build store-unavailable v2')
    one.version = 3
    expect(await one.ask()).toBe('build store-unavailable v3')
    one.connection.sync = sync
    one.connection.read = read
    await clock.advance(800)
    expect(await one.ask()).toBe('memory v3')
  })

  test('requests do not each wait for it', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 0, storeTimeoutMs: 200 })
    const one = worker()
    await one.ask()
    one.connection.sync = () => new Promise(() => {})
    const first = one.ask()
    await clock.advance(200)
    expect(await first).toBe('memory v1')
    expect(await one.ask()).toBe('memory v1')
  })
})

describe('invalidate with confirm', () => {
  test('resolves once every worker has dropped the agent', async () => {
    const { clock, worker } = fleet()
    const workers = [worker(), worker(), worker()]
    await Promise.all(workers.map((one) => one.ask()))
    await clock.advance(1_000)
    await workers[0]!.cache.invalidate({ agentId: 'a' }, { confirm: true })
    expect(workers.map((one) => one.cache.stats().live)).toEqual([0, 0, 0])
  })

  test('names the workers that have not reported in time', async () => {
    const { clock, worker, space } = fleet()
    const [one, two] = [worker(), worker(deaf)]
    await askInTurn(one, two)
    const { sync } = two.connection
    two.connection.sync = () => new Promise(() => {})
    const failed = one.cache.invalidate({ agentId: 'a' }, { confirm: true, timeoutMs: 300 }).catch((error: unknown) => error)
    await clock.advance(300)
    const [silent] = [...space.present.keys()].slice(1)
    expect(await failed).toMatchObject({ code: 'REKINDLE_INVALIDATION_UNCONFIRMED', workers: [silent] })
    expect(silent).toMatch(/^[^:]+:\d+:[0-9a-f]{12}:[0-9a-f]{8}$/)
    two.connection.sync = sync
  })

  test.each(['serve', 'rebuild'] as const)('counts a silent worker as live while it may serve: %s', async (whenUnsynced) => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000, whenUnsynced, configTtlMs: 60_000, live: { idleMs: 1e9 } })
    const [one, two] = [worker(), worker(deaf)]
    await askInTurn(one, two)
    two.connection.sync = down
    two.connection.read = down
    const confirmed = async (): Promise<boolean> => {
      const confirming = one.cache.invalidate({ agentId: 'a' }, { confirm: true, timeoutMs: 300 })
      const outcome = confirming.then(
        () => true,
        () => false,
      )
      await clock.advance(300)
      return outcome
    }
    await clock.advance(10_000)
    const servesOld = (await two.ask()).startsWith('memory')
    expect([servesOld, await confirmed()]).toEqual(whenUnsynced === 'serve' ? [true, false] : [false, true])
    await clock.advance(55_000)
    expect([(await two.ask()).startsWith('memory'), await confirmed()]).toEqual([false, true])
  })

  test('finds out by the heartbeat when all mail is lost', async () => {
    const { clock, worker } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker({ send: () => Promise.resolve() }), worker({ send: () => Promise.resolve() })]
    await Promise.all([one.ask(), two.ask()])
    await settle()
    let confirmed = false
    const waiting = one.cache.invalidate({ agentId: 'a' }, { confirm: true }).then(() => (confirmed = true))
    await clock.advance(400)
    expect(confirmed).toBe(false)
    await clock.advance(700)
    await waiting
  })

  test('does not wait for a worker that has closed', async () => {
    const { clock, worker } = fleet()
    const [one, two] = [worker(), worker()]
    await Promise.all([one.ask(), two.ask()])
    await clock.advance(1_000)
    await two.cache.close()
    await one.cache.invalidate('all', { confirm: true })
  })

  test('rejects when the store cannot say which workers there are', async () => {
    const { clock, worker } = fleet()
    const one = worker({ workers: down })
    const failed = one.cache.invalidate('all', { confirm: true, timeoutMs: 100 }).catch((error: unknown) => error)
    await clock.advance(100)
    expect(await failed).toMatchObject({ code: 'REKINDLE_INVALIDATION_UNCONFIRMED', workers: [] })
  })

  test('waits, when the store has lost the list of workers, until all who live have said so again', async () => {
    const { clock, worker, space } = fleet({ maxStalenessMs: 1_000 })
    const [one, two] = [worker(), worker({ listen: () => () => {} })]
    await askInTurn(one, two)
    await clock.advance(5_000)
    space.clock = undefined
    let confirmed = false
    const waiting = one.cache.invalidate({ agentId: 'a' }, { confirm: true }).then(() => (confirmed = true))
    await clock.advance(100)
    expect([space.present.size, confirmed, two.cache.stats().live]).toEqual([1, false, 1])
    await clock.advance(1_000)
    await waiting
    expect(two.cache.stats().live).toBe(0)
  })

  test('refuses a time-out that is no number', async () => {
    const wrong = fleet()
      .worker()
      .cache.invalidate('all', { confirm: true, timeoutMs: 'soon' as never })
    await expect(wrong).rejects.toMatchObject({ code: 'REKINDLE_INVALID_OPTIONS' })
  })
})

describe('what comes from the store', () => {
  test('is data: garbage in mail and messages is passed over', async () => {
    const { worker, space } = fleet()
    const one = worker()
    await one.ask()
    await settle()
    for (const [, listeners] of space.listeners) {
      for (const listener of listeners) {
        for (const mail of [
          '',
          '{',
          'null',
          '[]',
          '{"type":"report"}',
          '{"type":"seen","worker":1}',
          '{"type":"released","id":{}}',
        ]) {
          listener.onMessage(mail)
        }
        listener.onClock({ history: 'x', clock: NaN, floor: 0 })
        listener.onClock({ history: 'x', clock: 1e300, floor: 0 }, { previous: 0, targets: ['*'] })
      }
    }
    await settle()
    expect(await one.ask()).toBe('memory v1')
  })
})

describe('a config that one worker refreshes', () => {
  const options = { configTtlMs: 10_000, staleWhileRevalidateMs: 60_000, live: { idleMs: 1e9 } }

  test('unchanged leaves the live agents of all workers alone, and is loaded once', async () => {
    const { clock, worker } = fleet(options)
    const [one, two] = [worker(), worker()]
    await Promise.all([one.ask(), two.ask()])
    const lease = await two.cache.acquire(keyOf())
    await clock.advance(11_000)
    for (const agents of [one, two]) {
      expect(await agents.ask()).toBe('memory v1')
      await settle()
      await clock.advance(0)
    }
    expect([one.loads.length, two.loads.length].sort((a, b) => a - b)).toEqual([0, 2])
    expect([one.made.length, two.made.length]).toEqual([1, 1])
    expect(lease.retired.aborted).toBe(false)
    await clock.advance(9_000)
    expect(await two.ask()).toBe('memory v1')
    expect(two.cache.stats().created.unchanged).toBe(1)
    lease.release()
  })

  test('changed is what the next request gets; those who hold the old agent keep it, and hear of it', async () => {
    const { clock, worker } = fleet(options)
    const [one, two] = [worker(), worker()]
    await Promise.all([one.ask(), two.ask()])
    const lease = await two.cache.acquire(keyOf())
    one.version = 2
    two.version = 2
    await clock.advance(11_000)
    expect(await one.ask()).toBe('memory v1')
    await settle()
    expect(await one.ask()).toBe('memory v2')
    expect(await two.ask()).toBe('memory v1')
    await settle()
    expect(lease.retired.aborted).toBe(true)
    expect(lease.agent.disposals).toBe(0)
    expect(await two.ask()).toBe('memory v2')
    lease.release()
    await settle()
    expect(lease.agent.disposals).toBe(1)
  })
})
