import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigStore, StoreConnection, StoreEntry } from '../config/config-store.ts'

/** One promise of the {@link ConfigStore} port. */
export interface ContractCase {
  /** What is promised, fit for a test's name. */
  readonly promise: string
  /** Rejects if `store` breaks the promise. `store` may be shared by all cases and hold other data. */
  check(store: ConfigStore): Promise<void>
}

/**
 * What every store promises, to run against a real one with any test runner:
 *
 * ```ts
 * for (const { promise, check } of storeContract) test(promise, () => check(store))
 * ```
 */
export const storeContract: readonly ContractCase[] = [
  contract('an entry comes back as it was written, with the clock', async ({ open }) => {
    const connection = await open()
    assert.equal((await connection.read('id')).pointer, undefined)
    await connection.write(entry())
    const { pointer, clock } = await connection.read('id')
    assert.equal(pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
    assert.ok(clock.history.length > 0 && Number.isSafeInteger(clock.clock) && clock.floor <= clock.clock)
  }),
  contract('any text survives: JSON escapes, quotes, emoji, a NUL escape, an empty string', async ({ open }) => {
    const connection = await open()
    for (const text of [JSON.stringify('\ud800 \0 \u2028 "\\'), '🙂 ünïcödé', "'; DROP TABLE x; --", ' ', '']) {
      await connection.write(entry({ pointer: text, blob: text }))
      assert.equal((await connection.read('id')).pointer, text)
      assert.equal(await connection.readBlob('print'), text)
    }
  }),
  contract('a config of a megabyte survives', async ({ open }) => {
    const blob = JSON.stringify({ text: 'x'.repeat(1_000_000) })
    const connection = await open()
    await connection.write(entry({ blob }))
    assert.equal(await connection.readBlob('print'), blob)
  }),
  contract('a later write replaces an earlier one', async ({ open }) => {
    const connection = await open()
    await connection.write(entry())
    await connection.write(entry({ pointer: 'newer', blob: 'repaired' }))
    assert.equal((await connection.read('id')).pointer, 'newer')
    assert.equal(await connection.readBlob('print'), 'repaired')
  }),
  contract('two keys can share one config', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ id: 'one' }))
    await connection.write(entry({ id: 'two' }))
    await connection.remove('one')
    assert.equal((await connection.read('one')).pointer, undefined)
    assert.equal((await connection.read('two')).pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
  }),
  contract('removing what is not there is no error', async ({ open }) => {
    await (await open()).remove('nothing')
  }),
  contract('an expired entry is gone', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ ttlMs: 1 }))
    const gone = async () =>
      (await connection.read('id')).pointer === undefined && (await connection.readBlob('print')) === undefined
    for (const until = Date.now() + 5_000; !(await gone()); await delay(2)) {
      assert.ok(Date.now() < until, 'still there 5 s after a time to live of 1 ms')
    }
  }),
  contract('a config outlives none of the entries that point to it', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ id: 'one', ttlMs: 60_000 }))
    await connection.write(entry({ id: 'two', ttlMs: 60_000 }))
    for (const id of ['one', 'two']) assert.equal((await connection.read(id)).pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
  }),
  contract('workers of one namespace see the same entries and the same clock', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    await one.write(entry())
    assert.equal((await two.read('id')).pointer, entry().pointer)
    assert.deepEqual((await two.read('id')).clock, (await one.read('id')).clock)
  }),
  contract('namespaces are separate: entries, configs, clocks, invalidations', async ({ open }) => {
    const [one, other] = [await open('a'), await open('b')]
    await one.write(entry())
    assert.equal((await other.read('id')).pointer, undefined)
    assert.equal(await other.readBlob('print'), undefined)
    assert.notEqual((await other.read('id')).clock.history, (await one.read('id')).clock.history)
    await one.invalidate(['target'])
    assert.deepEqual((await other.changesSince(0)).targets, [])
  }),
  contract('an invalidation advances the clock and is listed by changesSince until it is seen', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    const before = (await one.read('id')).clock
    const { previous, clock } = await one.invalidate(['a', 'b'])
    assert.equal(previous, before.clock)
    assert.ok(clock.clock > before.clock)
    assert.equal(clock.history, before.history)
    assert.deepEqual((await two.read('id')).clock, clock)
    assert.deepEqual(sorted((await two.changesSince(before.clock)).targets), [
      ['a', clock.clock],
      ['b', clock.clock],
    ])
    assert.deepEqual(await two.changesSince(clock.clock), { clock, targets: [] })
  }),
  contract('a target invalidated twice is listed once, with its last clock', async ({ open }) => {
    const connection = await open()
    const first = await connection.invalidate(['a', 'b'])
    const second = await connection.invalidate(['a'])
    const { targets } = await connection.changesSince(0)
    assert.deepEqual(sorted(targets), [
      ['a', second.clock.clock],
      ['b', first.clock.clock],
    ])
  }),
  contract('targets of any text are kept apart', async ({ open }) => {
    const connection = await open()
    const targets = ['*', '#"a"', '#"A"', '#"\\ud800"', '{"agentId":"*"}', '#""', '#"\'"']
    const { clock } = await connection.invalidate(targets)
    const listed = (await connection.changesSince(0)).targets
    assert.deepEqual(sorted(listed), sorted(targets.map((target) => [target, clock.clock] as const)))
  }),
  contract('concurrent invalidations get a clock each, and each knows the one before it', async ({ open }) => {
    const workers = [await open(), await open(), await open()]
    const done = await Promise.all(Array.from({ length: 60 }, (_, at) => workers[at % 3]!.invalidate([`t${at}`])))
    const steps = done.map(({ previous, clock }) => [previous, clock.clock] as const).sort((a, b) => a[1] - b[1])
    for (const [at, [previous]] of steps.entries()) if (at > 0) assert.equal(previous, steps[at - 1]![1])
    assert.equal((await workers[1]!.changesSince(0)).targets.length, 60)
  }),
  contract('first calls at once agree on one history', async ({ connect }) => {
    const clocks = await Promise.all(Array.from({ length: 8 }, async () => (await connect().read('id')).clock.history))
    assert.equal(new Set(clocks).size, 1)
  }),
  contract('a connection can be closed, and closed again', async ({ open }) => {
    const connection = await open()
    await connection.read('id')
    await connection.close()
    await connection.close()
  }),
]

interface ContractWorld {
  /** A connection to a namespace of this case's own, which has a clock. */
  readonly open: (suffix?: string) => Promise<StoreConnection>
  /** One that has made no call yet. */
  readonly connect: (suffix?: string) => StoreConnection
}

let worlds = 0

function contract(promise: string, check: (world: ContractWorld) => Promise<void>): ContractCase {
  return {
    promise,
    async check(store) {
      const namespace = `contract-${process.pid}-${Date.now()}-${worlds++}`
      const connections: StoreConnection[] = []
      try {
        const connect = (suffix = '') => {
          const connection = store.connect(namespace + suffix)
          connections.push(connection)
          return connection
        }
        const open = async (suffix = '') => {
          const connection = connect(suffix)
          await connection.read('none')
          return connection
        }
        await check({ connect, open })
      } finally {
        await Promise.all(connections.map((connection) => connection.close()))
      }
    },
  }
}

function entry(changes: Partial<StoreEntry> = {}): StoreEntry {
  return { id: 'id', pointer: '{"f":"print"}', fingerprint: 'print', blob: '{"name":"agent"}', ttlMs: 60_000, ...changes }
}

function sorted(targets: readonly (readonly [string, number])[]): (readonly [string, number])[] {
  return [...targets].sort(([a], [b]) => (a < b ? -1 : 1))
}
