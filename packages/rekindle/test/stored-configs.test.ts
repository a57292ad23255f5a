import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeKey } from '../src/agent-key.ts'
import { ConfigInspection } from '../src/config/config-inspection.ts'
import type { StoreConnection } from '../src/config/config-store.ts'
import { ConfigTier } from '../src/config/config-tier.ts'
import { InternedConfigs } from '../src/config/interned-configs.ts'
import { StoredConfigs } from '../src/config/stored-configs.ts'
import { Counters } from '../src/counts/stats.ts'
import { Events } from '../src/events.ts'
import { Invalidations } from '../src/invalidation/invalidations.ts'
import { GuardedStore } from '../src/resilience/guarded-store.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { keyOf } from './test-agents.ts'

afterEach(() => vi.unstubAllEnvs())

type Config = Readonly<Record<string, unknown>>

const key = keyOf()
const encoded = encodeKey(key)

type Options = Partial<Record<'configTtlMs' | 'staleWhileRevalidateMs' | 'staleIfErrorMs', number>>

/** The config tier of one process on a store, and the calls that reach that. */
function world(
  { configTtlMs = 10_000, staleWhileRevalidateMs = 0, staleIfErrorMs = 0 }: Options = {},
  clock = new ManualClock(),
) {
  const memory = new MemoryStore({ clock })
  const space = memory.namespace('test')
  const calls: string[] = []
  const connection: StoreConnection = { ...memory.connect('test') }
  for (const name of ['read', 'readBlob', 'write', 'remove', 'sync'] as const) {
    const call = connection[name].bind(connection) as (...args: unknown[]) => Promise<never>
    connection[name] = (...args: unknown[]) => (calls.push(name), call(...args))
  }
  const events = new Events({ namespace: 'test', worker: 'w' })
  const trace: string[] = []
  events.on('config-refused', ({ reason, detail }) => trace.push(`refused: ${[reason, detail].filter(Boolean).join(', ')}`))
  events.on('config-not-stored', ({ path, message }) => trace.push(`not stored: ${path} ${message}`))
  events.on('store-error', ({ operation, error }) => trace.push(`${operation}: ${(error as Error).message}`))
  const store = new GuardedStore('memory', connection, 250, clock, events)
  const invalidations = new Invalidations(
    'before',
    { sync: (seen) => connection.sync(seen), invalidate: (targets, seen) => connection.invalidate(targets, seen) },
    clock,
    { onInvalidated() {}, onComplete() {} },
  )
  const options = {
    configSchema: undefined,
    configVersion: '1',
    settings: { configTtlMs },
    longestTtlMs: 10_000,
    clock,
    staleWhileRevalidateMs,
    staleIfErrorMs,
    ttlJitter: 0,
    random: Math.random,
  }
  const interned = new InternedConfigs<Config>(100, 1_000_000)
  const counters = new Counters(events)
  const shared = new StoredConfigs<Config>(options, store, invalidations, { interned, events, counters })
  const tier = new ConfigTier<Config>(options, shared, interned, events)
  const inspection = new ConfigInspection<Config>(options, store, invalidations, interned)
  /** As a load that has just ended. */
  const put = async (config: unknown, { tags = [], stored = true }: { tags?: readonly string[]; stored?: boolean } = {}) => {
    await invalidations.catchUp()
    const asOf = invalidations.view.stamp
    const admitted = await tier.admit(key, config as Config, { asOf, tags, store: stored })
    await admitted.stored
    return admitted.record
  }
  const lookup = () => tier.lookup(key, encoded)
  const forget = (fingerprint: string | undefined) => interned.delete(fingerprint!)
  return {
    clock,
    space,
    calls,
    connection,
    store,
    trace,
    invalidations,
    interned,
    counters,
    tier,
    inspection,
    put,
    lookup,
    forget,
  }
}

describe('a config that was loaded', () => {
  test('is stored and counted, if it is to be', async () => {
    const { space, counters, put } = world()
    await put({ name: 'n' }, { stored: false })
    expect(space.pointers.size).toBe(0)
    await put({ name: 'n' })
    const [pointer] = space.pointers.values()
    expect(counters.written).toEqual({ configs: 1, configLength: 12, pointerLength: pointer!.value.length })
  })

  test('is one with what this process has already, though that has been taken as loaded by others', async () => {
    const { put } = world()
    const first = await put({ name: 'n' })
    expect((await put({ name: 'n' })).config).toBe(first.config)
  })

  test('that JSON would change is not stored, and has no version', async () => {
    const { space, trace, put } = world()
    expect((await put({ run: () => {} })).fingerprint).toBe(undefined)
    expect([space.pointers.size, trace]).toEqual([0, ['not stored: $.run JSON would lose a function']])
  })

  test.each([
    ['of no time is not stored', { configTtlMs: 0 }, 0],
    ['of no time is stored as a stand-in', { configTtlMs: 0, staleIfErrorMs: 1_000 }, 1],
  ])('%s', async (_, options, pointers) => {
    const { space, put } = world(options)
    await put({ name: 'n' })
    expect(space.pointers.size).toBe(pointers)
  })

  test('is not stored when the store is down by the time it is its turn', async () => {
    const { calls, store, tier, invalidations } = world()
    await invalidations.catchUp()
    const { stored } = await tier.admit(key, { name: 'n' }, { asOf: invalidations.view.stamp, tags: [], store: true })
    store.down = true
    await stored
    expect(calls).toEqual(['sync'])
  })

  test('whose writing fails is reported under that name', async () => {
    const { connection, trace, put } = world()
    connection.write = () => Promise.reject(new Error('full'))
    await put({ name: 'n' })
    expect(trace).toEqual(['write a config: full'])
  })

  test('is not stored with more tags than a pointer may hold, which is said', async () => {
    const { space, trace, put } = world()
    await put({ name: 'n' }, { tags: Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(1_000, 'x')) })
    expect(space.pointers.size).toBe(0)
    expect(trace).toHaveLength(1)
    expect(trace[0]).toMatch(/^not stored: \$ key and 100 tags make a pointer of \d+ characters, more than 65536$/)
  })
})

describe('a secret', () => {
  const secret = 'hunter2-hunter2-hunter2'
  const message =
    'it holds what looks like the value of the environment variable CRM_TOKEN; put a reference there, { "$secret": "NAME" }, to be resolved in createAgent'

  test('that comes into the environment is kept from the store within a second', async () => {
    const { clock, space, trace, put } = world()
    await put({ token: 'nothing yet' })
    vi.stubEnv('CRM_TOKEN', secret)
    await clock.advance(1_000)
    await put({ tools: [{ token: secret }] })
    expect(trace).toEqual([`not stored: $.tools[0].token ${message}`])
    expect([...space.blobs.values()].some(({ value }) => value.includes(secret))).toBe(false)
  })

  test('that is there from the start is kept from the store from the start', async () => {
    vi.stubEnv('CRM_TOKEN', secret)
    const { trace, put } = world()
    await put({ token: secret })
    expect(trace).toEqual([`not stored: $.token ${message}`])
  })

  test('is known, too, when the clock has been set back since the environment was last looked at', async () => {
    const { clock, trace, put } = world()
    await put({ token: 'nothing yet' })
    vi.stubEnv('CRM_TOKEN', secret)
    const now = clock.now()
    clock.now = () => now - 60_000
    await put({ token: secret })
    expect(trace).toEqual([`not stored: $.token ${message}`])
  })
})

describe('a look-up', () => {
  test('fetches a config that this process has not, once, and none that it has', async () => {
    const { calls, put, lookup, forget } = world()
    const { fingerprint } = await put({ name: 'n' })
    calls.length = 0
    expect((await lookup()).record?.config).toEqual({ name: 'n' })
    expect(calls).toEqual(['read'])
    forget(fingerprint)
    await Promise.all([lookup(), lookup()])
    await lookup()
    expect(calls.filter((name) => name === 'readBlob')).toHaveLength(1)
  })

  test('does not go on failing because it failed once', async () => {
    const { connection, trace, put, lookup, forget } = world()
    const { fingerprint } = await put({ name: 'n' })
    forget(fingerprint)
    const { readBlob } = connection
    connection.readBlob = () => Promise.reject(new Error('reset'))
    expect((await lookup()).refusal).toBe('store-unavailable')
    expect(trace).toEqual(['read a config: reset'])
    connection.readBlob = readBlob
    expect((await lookup()).record?.config).toEqual({ name: 'n' })
  })

  test('asks the store of invalidations only when its clock is ahead', async () => {
    const { calls, connection, put, lookup } = world()
    await put({ name: 'n' })
    calls.length = 0
    await lookup()
    expect(calls).toEqual(['read'])
    await connection.invalidate(['#"t"'], { history: 'other', clock: 0 })
    await lookup()
    expect(calls).toEqual(['read', 'read', 'sync'])
  })
})

describe('a config that createAgent has refused', () => {
  test('is dropped, here and from the store', async () => {
    const { space, trace, interned, tier, put, lookup } = world()
    const record = await put({ name: 'n' })
    tier.discard(record, new Error('no such tool'))
    await settle()
    expect([space.pointers.size, interned.size]).toEqual([0, 0])
    expect(trace).toEqual(['refused: rejected, Error: no such tool'])
    expect((await lookup()).refusal).toBe('absent')
  })

  test('and that the store does not drop is reported', async () => {
    const { connection, trace, tier, put } = world()
    const record = await put({ name: 'n' })
    connection.remove = () => Promise.reject(new Error('read-only'))
    tier.discard(record, new Error('no such tool'))
    await settle()
    expect(trace.at(-1)).toBe('write a removal: read-only')
  })
})

describe('an inspection judges as a look-up does', () => {
  const windows = { staleWhileRevalidateMs: 1_000, staleIfErrorMs: 5_000 }

  test.each([
    [0, { state: 'usable', stale: false, freshForMs: 10_000 }, 'fresh'],
    [10_500, { state: 'usable', stale: true, freshForMs: -500 }, 'stale'],
    [
      12_000,
      { state: 'refused', reason: 'expired', detail: 'it may stand in while loading fails', freshForMs: -2_000 },
      'stand-in',
    ],
  ])('after %i ms', async (ms, { freshForMs, ...standing }, found) => {
    const { clock, inspection, put, lookup, forget } = world(windows)
    const { fingerprint } = await put({ name: 'n' }, { tags: ['t'] })
    await clock.advance(ms)
    expect(await inspection.standing(key, encoded)).toMatchObject({
      ...standing,
      entry: { fingerprint, tags: ['t'], freshForMs, sizeBytes: 76 },
    })
    const { record, stale, fallback } = await lookup()
    expect(record === undefined ? fallback && 'stand-in' : stale ? 'stale' : 'fresh').toBe(found)
    forget(fingerprint)
    const seen = await inspection.standing(key, encoded)
    // Of a stand-in that is not here, the size is not looked at.
    expect('entry' in seen && seen.entry && 'sizeBytes' in seen.entry).toBe(found !== 'stand-in')
  })

  test('expired is expired, though the store still has it', async () => {
    const { clock, space, inspection, put, lookup } = world()
    await put({ name: 'n' })
    const written = [...space.pointers]
    await clock.advance(10_000)
    for (const [id, { value }] of written) space.pointers.set(id, { value, expiresAt: Infinity })
    expect(await inspection.standing(key, encoded)).toMatchObject({ state: 'refused', reason: 'expired' })
    expect(await lookup()).toEqual({ refusal: 'expired', fallback: undefined })
  })

  test('invalidated while its clock was being read it is not taken for one from the future', async () => {
    const { connection, inspection, put, lookup, space } = world()
    await put({ name: 'n' })
    const { read } = connection
    // The clock is read before the pointer, and between the two an invalidation comes and another worker writes.
    connection.read = async (id) => {
      const { clock } = await read(id)
      space.invalidate(['#"t"'])
      const written = JSON.parse((await read(id)).pointer!) as Record<string, unknown>
      return { clock, pointer: JSON.stringify({ ...written, c: space.clock!.clock }) }
    }
    expect(await inspection.standing(key, encoded)).toMatchObject({ state: 'usable' })
    expect((await lookup()).record?.config).toEqual({ name: 'n' })
  })

  test('is refused without an entry and without detail where there is none', async () => {
    const { inspection, connection, trace } = world()
    expect(await inspection.standing(key, encoded)).toStrictEqual({ state: 'refused', reason: 'absent' })
    connection.read = () => Promise.reject(new Error('reset'))
    expect(await inspection.standing(key, encoded)).toStrictEqual({ state: 'refused', reason: 'store-unavailable' })
    expect(trace).toEqual(['read a config: reset'])
  })
})
