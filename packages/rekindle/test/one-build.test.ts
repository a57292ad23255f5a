import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { ConfigStore } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { workerName } from '../src/workers/worker-name.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'

function fleet() {
  const clock = new ManualClock()
  const whole = new MemoryStore({ clock })
  const worker = (changes: Partial<StoreConnection> = {}, options: ConstructorParameters<typeof TestAgents>[0] = {}) => {
    const connection = { ...whole.connect('test'), ...changes }
    const store: ConfigStore = { name: 'memory', connect: () => connection, sharing }
    return Object.assign(new TestAgents({ ...options, store, clock }), { connection })
  }
  return { clock, worker, space: whole.namespace('test') }
}

const down = () => Promise.reject(new Error('down'))

describe('workers that miss the same entry at once', () => {
  test('load it once; the others are woken by the one that did', async () => {
    const { worker, space } = fleet()
    const held = gate()
    const workers = [worker(), worker(), worker()]
    for (const one of workers) one.load = () => held.promise.then(() => ({ name: 'n', version: 1 }))
    const asked = workers.map((one) => one.ask())
    await settle()
    held.open()
    // No time passes: nobody polls.
    expect((await Promise.all(asked)).sort()).toEqual(['build cold v1', 'config cold v1', 'config cold v1'])
    await settle()
    expect(space.claims.size).toBe(0)
  })

  test('load it again at once for those who ask after an invalidation', async () => {
    const { worker } = fleet()
    const held = gate()
    const [one, two] = [worker(), worker()]
    one.load = async () => {
      await held.promise
      return { name: 'n', version: 1 }
    }
    const early = one.ask()
    await settle()
    two.version = 2
    await two.cache.invalidate({ agentId: 'a' })
    expect(await two.ask()).toBe('build cold v2')
    await settle()
    held.open()
    expect(await early).toBe('build cold v1')
    expect(await one.ask()).toBe('config cold v2')
  })

  test('ask the store what it has by then in the same round trip as for the claim', async () => {
    const { worker } = fleet()
    const asked: string[] = []
    const one = worker()
    const { read, claim } = one.connection
    one.connection.read = (id) => (asked.push('read'), read(id))
    one.connection.claim = (id, given) => (asked.push('claim'), claim(id, given))
    expect(await one.ask()).toBe('build cold v1')
    expect(asked).toEqual(['read', 'claim'])
  })

  test.each([true, false])('take what another has stored between their look and their claim (told with it: %s)', async (told) => {
    const { worker } = fleet()
    const [one, two] = [worker(), worker()]
    const { claim } = one.connection
    one.connection.claim = async (id, given) => {
      await two.ask()
      await settle()
      const claimed = await claim(id, given)
      return told || !claimed.granted ? claimed : { granted: true }
    }
    expect(await one.ask()).toBe('config cold v1')
    expect(one.loads).toEqual([])
  })

  test('each load it for themselves, at once, when the one that loads fails', async () => {
    const { worker } = fleet()
    const held = gate()
    const workers = [worker(), worker(), worker()]
    workers[0]!.load = () => held.promise.then(() => Promise.reject(new Error('database down')))
    const failed = workers[0]!.ask().catch((error: unknown) => String(error))
    await settle()
    const others = workers.slice(1).map((one) => one.ask())
    await settle()
    held.open()
    expect(await failed).toBe('Error: database down')
    // Without any time passing. Who is a little later finds what the other has stored.
    expect((await Promise.all(others)).map((answer) => answer.replace('config', 'build'))).toEqual([
      'build cold v1',
      'build cold v1',
    ])
  })

  test('each load it for themselves, at once, when it cannot be stored', async () => {
    const { worker } = fleet()
    const held = gate()
    const workers = [worker(), worker(), worker()]
    for (const one of workers) one.load = () => held.promise.then(() => ({ name: 'n', version: 1, run() {} }))
    const asked = workers.map((one) => one.ask())
    await settle()
    held.open()
    expect(await Promise.all(asked)).toEqual(['build cold v1', 'build cold v1', 'build cold v1'])
  })

  test('take over when the one that loads is dead, one after the other', async () => {
    const { clock, worker, space } = fleet()
    space.claim(await idOf(worker), { claimant: 'dead/1', worker: 'dead', ttlMs: 2_000, asOf: space.clockNow() })
    const workers = [worker(), worker()]
    const asked = workers.map((one) => one.ask())
    await clock.advance(1_999)
    expect(workers.map((one) => one.loads.length)).toEqual([0, 0])
    await clock.advance(1)
    expect((await Promise.all(asked)).sort()).toEqual(['build cold v1', 'config cold v1'])
  })

  test('take over at once from a process of this machine that has ended', async () => {
    const { clock, worker, space } = fleet()
    const ended = spawnSync('true')
    const dead = workerName().replace(`:${process.pid}:`, `:${ended.pid}:`)
    space.claim(await idOf(worker), { claimant: `${dead}/1`, worker: dead, ttlMs: 60_000, asOf: space.clockNow() })
    const workers = [worker(), worker()]
    const asked = workers.map((one) => one.ask())
    await clock.advance(200)
    expect((await Promise.all(asked)).sort()).toEqual(['build cold v1', 'config cold v1'])
  })

  test('look again once, and wait on, when they have begun to listen', async () => {
    const { clock, worker, space } = fleet()
    const held = gate()
    const [one, two] = [worker(), worker()]
    one.load = () => held.promise.then(() => ({ name: 'n', version: 1 }))
    const first = one.ask()
    await settle()
    let reads = 0
    const { read } = two.connection
    two.connection.read = (...call) => {
      reads++
      return read(...call)
    }
    const second = two.ask()
    await settle()
    for (const listeners of space.listeners.values()) for (const listener of listeners) listener.onListening()
    await clock.advance(150)
    expect(reads).toBe(3)
    held.open()
    expect([await first, await second]).toEqual(['build cold v1', 'config cold v1'])
  })

  test('wait for a long load as long as its worker lives', async () => {
    const { clock, worker } = fleet()
    const held = gate()
    const [one, two] = [worker(), worker()]
    one.load = () => held.promise.then(() => ({ name: 'n', version: 1 }))
    const first = one.ask()
    await settle()
    const second = two.ask()
    await clock.advance(20_000)
    expect(two.loads).toEqual([])
    held.open()
    expect([await first, await second]).toEqual(['build cold v1', 'config cold v1'])
  })

  test('wait no longer than a load may take', async () => {
    const { clock, worker } = fleet()
    const [one, two] = [worker({}, { buildTimeoutMs: 60_000 }), worker({}, { buildTimeoutMs: 3_000 })]
    one.load = () => new Promise(() => {})
    void one.ask().catch(() => {})
    await settle()
    const second = two.ask()
    await clock.advance(3_000)
    expect(await second).toBe('build cold v1')
    const closed = one.cache.close({ drainMs: 0 })
    await clock.advance(5_000)
    await closed
  })

  test('are not kept waiting when the message that wakes them is lost', async () => {
    const { clock, worker } = fleet()
    const held = gate()
    const [one, two] = [worker({ send: () => Promise.resolve() }), worker()]
    one.load = () => held.promise.then(() => ({ name: 'n', version: 1 }))
    const first = one.ask()
    await settle()
    const second = two.ask()
    await settle()
    held.open()
    await first
    await clock.advance(3_000)
    expect(await second).toBe('config cold v1')
  })

  test.each([
    ['refuses', down],
    ['hangs', () => new Promise<never>(() => {})],
  ])('load it for themselves when the store %s to say whose turn it is', async (_, claim) => {
    const { clock, worker } = fleet()
    const workers = [worker({ claim }), worker({ claim })]
    const asked = workers.map((one) => one.ask())
    await clock.advance(250)
    expect(await Promise.all(asked)).toEqual(['build cold v1', 'build cold v1'])
  })

  test('of one process, at two keys that share a config, do not depend on mail to themselves', async () => {
    const { clock, worker } = fleet()
    const one = worker(
      { send: () => Promise.resolve() },
      { configScope: ['agentId'], configTtlMs: 10_000, live: { idleMs: 1e9 } },
    )
    using held = await one.cache.acquire(keyOf({ sessionId: 's1' }))
    await clock.advance(11_000)
    // The first looks for something fresh, the second for anything: two claims of one entry.
    const asked = Promise.all([one.ask({ sessionId: 's1' }), one.ask({ sessionId: 's2' })])
    await clock.advance(0)
    expect((await asked).map((answer) => answer.slice(-2))).toEqual(['v1', 'v1'])
    expect([held.agent.config.version, one.loads.length]).toEqual([1, 2])
  })

  test('are not held up by a claim that was granted when its worker had stopped waiting for the answer', async () => {
    const { clock, worker, space } = fleet()
    const one = worker()
    const { claim } = one.connection
    const late = gate()
    one.connection.claim = async (...call) => {
      const answer = await claim(...call)
      await late.promise
      return answer
    }
    const first = one.ask()
    await clock.advance(250)
    expect(await first).toBe('build cold v1')
    late.open()
    await settle()
    expect(space.claims.size).toBe(0)
  })

  test('do not keep others from what they have claimed and cannot begin to build', async () => {
    const { clock, worker } = fleet()
    const busy = worker({}, { maxConcurrentBuilds: 1, buildTimeoutMs: 100_000 })
    const idle = worker({}, { buildTimeoutMs: 100_000 })
    const held = gate()
    busy.load = () => held.promise.then(() => ({ name: 'n', version: 1 }))
    const asked = [busy.ask({ agentId: 'first' }), busy.ask({ agentId: 'second' })]
    await settle()
    const other = idle.ask({ agentId: 'second' })
    await clock.advance(3_000)
    expect(await other).toBe('build cold v1')
    held.open()
    expect(await Promise.all(asked)).toEqual(['build cold v1', 'build cold v1'])
  })

  test.each([0, -1, NaN])('do not ask without end when the store says that a claim has %s ms left', async (expiresInMs) => {
    const { clock, worker } = fleet()
    let claims = 0
    const claim = async () => {
      claims++
      return { granted: false as const, claimant: 'x/1', asOf: { history: 'h', clock: 0 }, expiresInMs }
    }
    const asked = worker({ claim }, { buildTimeoutMs: 1_000 }).ask()
    await clock.advance(1_000)
    expect(await asked).toBe('build cold v1')
    expect(claims).toBeLessThanOrEqual(21)
  })

  test.each([{}, 'granted', null, { granted: false }])(
    'load for themselves when the store answers a claim with %j',
    async (nonsense) => {
      const { worker } = fleet()
      expect(await worker({ claim: async () => nonsense as never }).ask()).toBe('build cold v1')
    },
  )

  test('leave nothing behind: no claim, no timer', async () => {
    const { clock, worker, space } = fleet()
    const workers = [worker(), worker()]
    await Promise.all(workers.map((one) => one.ask()))
    await Promise.all(workers.map((one) => one.cache.close()))
    await clock.advance(1_000)
    expect([space.claims.size, space.present.size, space.listeners.size, clock.timers]).toEqual([0, 0, 0, 0])
  })
})

describe('when the store has lost everything', () => {
  test('no process loads more than maxConcurrentBuilds at once, and each agent is loaded once', async () => {
    const { worker, space } = fleet()
    let running = 0
    let most = 0
    const workers = [worker({}, { maxConcurrentBuilds: 3 }), worker({}, { maxConcurrentBuilds: 3 })]
    for (const one of workers) {
      one.load = async ({ agentId }) => {
        most = Math.max(most, ++running)
        await settle()
        running--
        return { name: String(agentId), version: 1 }
      }
    }
    const names = Array.from({ length: 30 }, (_, at) => `agent ${at}`)
    const askAll = () => Promise.all(workers.flatMap((one) => names.map((agentId) => one.ask({ agentId }))))
    await askAll()
    space.clock = undefined
    space.pointers.clear()
    space.blobs.clear()
    for (const one of workers) await one.cache.invalidate({ agentId: 'none of these' })
    for (const one of workers) one.loads.length = 0
    await askAll()
    expect(most).toBeLessThanOrEqual(6)
    expect(workers.flatMap(({ loads }) => loads)).toHaveLength(30)
  })
})

/** The name under which the store knows the entry of the usual key. */
async function idOf(worker: ReturnType<typeof fleet>['worker']): Promise<string> {
  let id = ''
  const probe = worker({
    read: (asked) => {
      id = asked
      return down()
    },
    write: down,
  })
  await probe.cache.use(keyOf(), () => {})
  await probe.cache.close()
  return id
}
