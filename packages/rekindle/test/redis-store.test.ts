import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../src/redis/index.ts'
import { storeContract } from '../src/testing/index.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

let server: RedisServer
let client: Redis
const nothing = { history: 'none', clock: 0 }
beforeAll(async () => {
  server = await startRedis()
  client = new Redis(server.port, '127.0.0.1')
})
afterAll(async () => {
  client.disconnect()
  await server[Symbol.asyncDispose]()
})

describe('redisStore keeps the contract of stores', () => {
  for (const { promise, check } of storeContract) test(promise, () => check(redisStore({ client })))
})

describe('redisStore with a key prefix of the client', () => {
  test('keeps the contract, and every key has the prefix', async () => {
    const prefixed = new Redis(server.port, '127.0.0.1', { keyPrefix: 'app1:' })
    await client.flushall()
    for (const { check } of storeContract) await check(redisStore({ client: prefixed }))
    const keys = await client.keys('*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !key.startsWith('app1:rekindle:'))).toEqual([])
    prefixed.disconnect()
  })
})

describe('redisStore', () => {
  const entry = { id: 'id', pointer: '{}', fingerprint: 'print', blob: '{"a":1}', ttlMs: 60_000 }

  test('begins a new history when the clock is lost, so that no old entry can be taken for valid', async () => {
    const connection = redisStore({ client }).connect('lost-clock')
    const { clock: before } = await connection.invalidate(['a'], nothing)
    await client.del('rekindle:{lost-clock}:clock')
    const { clock: after } = await connection.read('id')
    expect(after.history).not.toBe(before.history)
    expect((await connection.sync(nothing)).targets).toEqual([])
  })

  test('begins a new history when what was invalidated is lost but the clock is not', async () => {
    const connection = redisStore({ client }).connect('lost-targets')
    const { clock: before } = await connection.invalidate(['a'], nothing)
    await client.del('rekindle:{lost-targets}:targets')
    expect((await connection.sync({ ...before, clock: before.clock - 1 })).clock.history).not.toBe(before.history)
    expect((await connection.invalidate(['b'], nothing)).clock.history).not.toBe(before.history)
  })

  test.each(['garbage', '', 'one two', '{"json":true}'])('begins a new history when the clock reads %o', async (garbage) => {
    const connection = redisStore({ client }).connect('garbage-clock')
    await client.set('rekindle:{garbage-clock}:clock', garbage)
    const { clock } = await connection.read('id')
    expect(clock.history).toMatch(/^[0-9a-f-]{36}$/)
    expect(clock.clock).toBeGreaterThan(1_700_000_000_000_000)
  })

  test('loads its scripts again after the server has forgotten them', async () => {
    const connection = redisStore({ client }).connect('scripts')
    await connection.invalidate(['a'], nothing)
    await client.script('FLUSH')
    expect((await connection.invalidate(['b'], nothing)).clock.clock).toBeGreaterThan(0)
    await client.script('FLUSH')
    expect((await connection.sync(nothing)).targets.length).toBe(2)
  })

  test('does not let commands pile up in a client that has lost its connection', async () => {
    const lost = new Redis(server.port, '127.0.0.1', { retryStrategy: () => null })
    const connection = redisStore({ client: lost }).connect('offline')
    await connection.write(entry)
    const ended = once(lost, 'end')
    lost.disconnect()
    await ended
    await expect(connection.read('id')).rejects.toThrow('Not connected to Redis')
    await expect(connection.write(entry)).rejects.toThrow('Not connected to Redis')
  })

  test('leaves the client open when it is closed', async () => {
    const connection = redisStore({ client }).connect('close')
    await connection.close()
    expect(await client.ping()).toBe('PONG')
  })

  test('adds a few listeners to a client, however many stores share it', () => {
    const shared = new Redis(server.port, '127.0.0.1', { lazyConnect: true })
    for (let store = 0; store < 20; store++) redisStore({ client: shared })
    expect(shared.listenerCount('close')).toBeLessThanOrEqual(2)
  })

  test('refuses a cluster client that reads from replicas: what those say may be old already', () => {
    const replicas = { isCluster: true, status: 'wait', options: { scaleReads: 'slave' }, on() {} }
    expect(() => redisStore({ client: replicas as never })).toThrow("(scaleReads: 'master'); got 'slave'")
  })

  test('refuses a server that is a replica', async () => {
    const replica = await startRedis({ settings: ['--replicaof', `127.0.0.1 ${server.port}`] })
    const reader = new Redis(replica.port, '127.0.0.1')
    await expect(redisStore({ client: reader }).connect('replica').read('id')).rejects.toThrow('READONLY')
    reader.disconnect()
    await replica[Symbol.asyncDispose]()
  })
})
