import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { startProxy } from '../tcp-proxy.ts'
import { Fleet, now } from './fleet.ts'
import type { Start } from './fleet-orders.ts'

/** On a busy machine a second is soon over; that a store is slow is no subject here. */
const options = { maxStalenessMs: 400, whenUnsynced: 'rebuild', storeTimeoutMs: 5_000 } as const

/** The test's own redis-server, or none for SQLite. */
async function storeOf(kind: string): Promise<{ setup: { store?: Start['store'] } } & AsyncDisposable> {
  const redis = kind === 'redis' ? await startRedis() : undefined
  return {
    setup: redis === undefined ? {} : { store: { redisPort: redis.port } },
    [Symbol.asyncDispose]: async () => redis?.[Symbol.asyncDispose](),
  }
}

/** Until it has become true, however long the machine takes. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await condition()); await delay(5)) {
    if (Date.now() > deadline) throw new Error('waited in vain')
  }
}

describe.each(['sqlite', 'redis'])('one build per burst: %s', (kind) => {
  test('8 processes × 250 callers of one cold key load it once', async () => {
    await using store = await storeOf(kind)
    await using fleet = new Fleet({ loadMs: [100, 100], options, ...store.setup }, ['a', 'b', 'c'])
    await fleet.addWorkers(8)
    for (const agentId of ['a', 'b', 'c']) {
      const before = await fleet.loads()
      const got = (await Promise.all(fleet.workers.map((worker) => worker.ask(agentId, 250)))).flat()
      expect(got.map(({ version }) => version)).toEqual(Array.from({ length: 2_000 }, () => 1))
      expect((await fleet.loads()) - before).toBe(1)
    }
    // After an invalidation, too, although all of them have old agents.
    await fleet.edit('a', fleet.workers[0]!, true)
    const before = await fleet.loads()
    const got = (await Promise.all(fleet.workers.map((worker) => worker.ask('a', 250)))).flat()
    expect(new Set(got.map(({ version }) => version))).toEqual(new Set([2]))
    expect((await fleet.loads()) - before).toBe(1)
  })

  test('when the process that builds is killed, one other takes over, and all get their agent', async () => {
    await using store = await storeOf(kind)
    await using fleet = new Fleet({ loadMs: [1_000, 1_000], options, ...store.setup }, ['a'])
    await fleet.addWorkers(4)
    const [owner, ...others] = fleet.workers
    const lost = owner!.ask('a').catch((error: Error) => error.message)
    await until(async () => (await owner!.stats()).loads === 1)
    const asked = Promise.all(others.map((worker) => worker.ask('a', 50)))
    await until(async () => (await Promise.all(others.map((worker) => worker.stats()))).every(({ waiting }) => waiting === 50))
    owner!.signal('SIGKILL')
    expect(await lost).toBe('the worker has ended')
    const got = (await asked).flat()
    expect(got).toHaveLength(150)
    const loads = await Promise.all(others.map((worker) => worker.stats()))
    expect(loads.reduce((sum, stats) => sum + stats.loads, 0)).toBe(1)
  })

  test('a process that stands still while it builds delays the others by seconds at most, and writes nothing old', async () => {
    await using store = await storeOf(kind)
    await using fleet = new Fleet({ loadMs: [300, 300], options, ...store.setup }, ['a'])
    await fleet.addWorkers(3)
    const [owner, other, third] = fleet.workers
    const late = owner!.ask('a')
    await until(async () => (await owner!.stats()).loads === 1)
    owner!.signal('SIGSTOP')
    const [got] = await other!.ask('a')
    expect(got!.until - got!.at).toBeLessThan(5_000)
    expect(await fleet.edit('a', other!, false)).toBe(true)
    const fresh = await other!.ask('a')
    owner!.signal('SIGCONT')
    const stopped = await late
    await delay(500)
    const after = [...fresh, ...(await third!.ask('a')), ...(await owner!.ask('a'))]
    expect(after.map(({ version }) => version)).toEqual([2, 2, 2])
    // It asked before the edit: it may have either.
    expect(stopped).toHaveLength(1)
  })
})

describe.each(['sqlite', 'redis'])('confirmation: %s', (kind) => {
  test('resolves when all workers have dropped the agent, within milliseconds', async () => {
    await using store = await storeOf(kind)
    await using fleet = new Fleet({ loadMs: [0, 0], options, ...store.setup }, ['a'])
    await fleet.addWorkers(4)
    for (let round = 0; round < 5; round++) {
      await Promise.all(fleet.workers.map((worker) => worker.ask('a')))
      expect(await fleet.edit('a', fleet.workers[round % 4]!, true)).toBe(true)
      const live = await Promise.all(fleet.workers.map(async (worker) => (await worker.stats()).live))
      expect(live).toEqual([0, 0, 0, 0])
    }
  })

  test('names the worker that stands still; once running again that serves nothing old', async () => {
    await using store = await storeOf(kind)
    await using fleet = new Fleet({ loadMs: [0, 0], options, ...store.setup }, ['a'])
    await fleet.addWorkers(3)
    await Promise.all(fleet.workers.map((worker) => worker.ask('a')))
    const [one, , stopped] = fleet.workers
    stopped!.signal('SIGSTOP')
    fleet.writeVersion('a')
    const refused = await one!.invalidate({ agentId: 'a' }, { confirm: true, timeoutMs: 300 }).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'REKINDLE_INVALIDATION_UNCONFIRMED',
      workers: [expect.stringContaining(`:${stopped!.pid}:`)],
    })
    // It has a memory hit for the old agent waiting for it, and the question whether that is still valid.
    const asked = stopped!.ask('a')
    await delay(options.maxStalenessMs)
    stopped!.signal('SIGCONT')
    expect((await asked)[0]).toMatchObject({ version: 2 })
    await one!.invalidate({ agentId: 'a' }, { confirm: true, timeoutMs: 5_000 })
  })

  test('does not wait for a worker of this machine that has been killed', async () => {
    await using store = await storeOf(kind)
    // For all that the store knows, it might serve for an hour.
    await using fleet = new Fleet({ loadMs: [0, 0], options: { ...options, whenUnsynced: 'serve' }, ...store.setup }, ['a'])
    await fleet.addWorkers(2)
    await Promise.all(fleet.workers.map((worker) => worker.ask('a')))
    fleet.workers[1]!.signal('SIGKILL')
    await fleet.workers[0]!.invalidate('all', { confirm: true, timeoutMs: 10_000 })
  })
})

describe('SQLite without a server', () => {
  test('other processes notice an invalidation within 50 ms', async () => {
    await using fleet = new Fleet({ loadMs: [0, 0], options: { maxStalenessMs: 60_000 } }, ['a'])
    await fleet.addWorkers(4)
    const [editor, ...others] = fleet.workers
    const delays: number[] = []
    for (let round = 0; round < 20; round++) {
      await Promise.all(others.map((worker) => worker.ask('a')))
      const completed = await editor!.invalidate({ agentId: 'a' })
      await until(async () => (await Promise.all(others.map((worker) => worker.stats()))).every(({ live }) => live === 0))
      delays.push(now() - completed)
    }
    const median = delays.sort((a, b) => a - b)[10]!
    expect(median).toBeLessThan(50)
  })
})

describe('Redis losing its data', () => {
  const names = ['a', 'b']

  test('and with it the list of workers does not make a confirmation come too early', async () => {
    await using redis = await startRedis()
    await using fleet = new Fleet({ loadMs: [0, 0], options, store: { redisPort: redis.port } }, ['a'])
    await fleet.addWorkers(4)
    const admin = new Redis(redis.port, '127.0.0.1')
    for (const lost of ['flushall', 'rekindle:{fleet}:workers', 'rekindle:{fleet}:reports', 'rekindle:{fleet}:clock']) {
      await Promise.all(fleet.workers.map((worker) => worker.ask('a')))
      if (lost === 'flushall') await admin.flushall()
      else await admin.del(lost)
      expect(await fleet.edit('a', fleet.workers[0]!, true)).toBe(true)
      const live = await Promise.all(fleet.workers.map(async (worker) => (await worker.stats()).live))
      expect(live).toEqual([0, 0, 0, 0])
    }
    admin.disconnect()
  })

  test('in a restart makes nothing old valid, and memory serves nothing it cannot vouch for', async () => {
    const first = await startRedis()
    await using fleet = new Fleet({ loadMs: [0, 10], options, store: { redisPort: first.port } }, names)
    let redis: RedisServer | undefined
    try {
      await fleet.addWorkers(3)
      const seen = await fleet.underLoad(names, async () => {
        for (const name of names) await fleet.edit(name, fleet.workers[0]!, true)
        await first[Symbol.asyncDispose]()
        for (let round = 0; round < 4; round++) {
          // No store, so this cannot succeed; the source has changed all the same.
          expect(await fleet.edit('a', fleet.workers[round % 3]!, false)).toBe(false)
          await delay(200)
        }
        redis = await startRedis({ port: first.port })
        await until(async () => (await Promise.all(fleet.workers.map((worker) => worker.stats()))).every(({ synced }) => synced))
        for (let round = 0; round < 10; round++) {
          expect(await fleet.edit(names[round % 2]!, fleet.workers[round % 3]!, round % 2 === 0)).toBe(true)
          await delay(20)
        }
      })
      expect(fleet.violations(seen, options.maxStalenessMs)).toEqual([])
    } finally {
      await redis?.[Symbol.asyncDispose]()
    }
  })

  test('in a failover to a replica that had not heard of the last invalidation makes nothing old valid', async () => {
    await using master = await startRedis()
    await using replica = await startRedis({ settings: ['--replicaof', `127.0.0.1 ${master.port}`] })
    await using proxy = await startProxy(master.port)
    const admin = new Redis(replica.port, '127.0.0.1')
    await using fleet = new Fleet({ loadMs: [0, 10], options, store: { redisPort: proxy.port } }, names)
    await fleet.addWorkers(3)
    await until(async () => (await admin.info('replication')).includes('master_link_status:up'))
    const seen = await fleet.underLoad(names, async () => {
      for (let round = 0; round < 6; round++) await fleet.edit(names[round % 2]!, fleet.workers[round % 3]!, false)
      await delay(100)
      // The replica stops listening to its master: what follows is acknowledged, and lost.
      await admin.call('CLIENT', 'KILL', 'TYPE', 'master')
      await admin.call('REPLICAOF', '127.0.0.1', '1')
      for (const name of names) expect(await fleet.edit(name, fleet.workers[0]!, true)).toBe(true)
      await delay(100)
      await admin.call('REPLICAOF', 'NO', 'ONE')
      process.kill(master.pid, 'SIGKILL')
      proxy.redirect(replica.port)
      await until(async () => (await Promise.all(fleet.workers.map((worker) => worker.stats()))).every(({ synced }) => synced))
      await delay(300)
      for (let round = 0; round < 6; round++) {
        expect(await fleet.edit(names[round % 2]!, fleet.workers[round % 3]!, round % 2 === 0)).toBe(true)
        await delay(20)
      }
    })
    expect(fleet.violations(seen, options.maxStalenessMs)).toEqual([])
    // A worker that starts now knows nothing but what the promoted replica says.
    await fleet.addWorkers(1)
    const fresh = await fleet.underLoad(names, () => delay(200))
    expect(fleet.violations(fresh, options.maxStalenessMs)).toEqual([])
    const closed = once(admin, 'end')
    admin.disconnect()
    await closed
  })
})
