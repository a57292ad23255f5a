import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
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

/** Patterns for the store's connections: they are never connected themselves. */
const patterns = {
  ioredis: (keyPrefix?: string) => new Redis(server.port, '127.0.0.1', { lazyConnect: true, ...(keyPrefix && { keyPrefix }) }),
  'node-redis': (keyPrefix?: string) =>
    createClient({ url: `redis://127.0.0.1:${server.port}`, ...(keyPrefix && { keyPrefix }) }),
  'node-redis with RESP 2': (keyPrefix?: string) =>
    createClient({ socket: { host: '127.0.0.1', port: server.port }, RESP: 2, ...(keyPrefix && { keyPrefix }) }),
}

describe.each(Object.entries(patterns))('redisStore with %s', (_, pattern) => {
  describe('keeps the contract of stores', () => {
    for (const { promise, check } of storeContract) test(promise, () => check(redisStore({ client: pattern() })))
  })

  test('keeps it with a key prefix of the client, and every key has the prefix', async () => {
    await client.flushall()
    for (const { check } of storeContract) await check(redisStore({ client: pattern('app1:') }))
    const keys = await client.keys('*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !key.startsWith('app1:rekindle:'))).toEqual([])
  })

  test('opens connections of its own, for all caches together, and closes them with the last', async () => {
    const connections = async () => ((await client.client('LIST')) as string).trim().split('\n').length
    const before = await connections()
    const store = redisStore({ client: pattern() })
    const [one, two] = [store.connect('one'), store.connect('two')]
    await one.read('id')
    await two.read('id')
    expect(await connections()).toBe(before + 1)
    await one.close()
    await two.read('id')
    await two.close()
    await expect.poll(connections).toBe(before)
    await expect(two.read('id')).rejects.toThrow('Not connected to Redis')
    // And again, for who comes later.
    const three = store.connect('three')
    await three.read('id')
    await three.close()
  })
})

describe('redisStore as a user who may do only what docs/operations.md says', () => {
  test.each(['ioredis', 'node-redis'])('keeps the contract: %s', async (library) => {
    const operations = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
    const [, rules = ''] = /\| ACL \| `([^`]+)`/.exec(operations) ?? []
    const keys = ['resetkeys', '~rekindle:*', 'resetchannels', '&rekindle:*']
    await client.call('ACL', ['SETUSER', 'limited', 'on', '>secret', '-@all', ...rules.split(' '), ...keys])
    const user = { username: 'limited', password: 'secret' }
    const pattern =
      library === 'ioredis'
        ? new Redis(server.port, '127.0.0.1', { ...user, lazyConnect: true })
        : createClient({ ...user, socket: { host: '127.0.0.1', port: server.port } })
    for (const { check } of storeContract) await check(redisStore({ client: pattern }))
    expect((await client.call('ACL', ['LOG'])) as unknown[]).toEqual([])
  })
})

describe('redisStore over TLS', () => {
  const file = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url))

  test.each(['ioredis', 'node-redis'])('connects as the client would, with its certificate authority: %s', async (library) => {
    const [key, cert] = [await file('localhost-key.pem'), await file('localhost-cert.pem')]
    const terminator = createTlsServer({ key, cert }, (socket) => {
      const upstream = connectTcp(server.port, '127.0.0.1')
      socket
        .on('error', () => {})
        .pipe(upstream)
        .on('error', () => {})
        .pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(terminator, 'listening')
    const { port } = terminator.address() as AddressInfo
    const trusting = (ca: Buffer | undefined) =>
      library === 'ioredis'
        ? new Redis(port, 'localhost', { tls: { ...(ca && { ca }) }, lazyConnect: true })
        : createClient({ socket: { host: 'localhost', port, tls: true, ...(ca && { ca }) } })
    const connection = redisStore({ client: trusting(cert) }).connect('tls')
    const heard = Promise.withResolvers<string>()
    const listener = { onClock() {}, onMessage: heard.resolve, onListening: () => void connection.send('worker', 'mail') }
    connection.listen('worker', listener)
    expect(await heard.promise).toBe('mail')
    await connection.close()
    const distrusting = redisStore({ client: trusting(undefined) }).connect('tls')
    await expect(distrusting.read('id')).rejects.toThrow('self-signed certificate')
    await distrusting.close()
    terminator.close()
  })
})

describe('a process that uses the store and nothing else', () => {
  test.each(['ioredis', 'node-redis'])('waits for its answers, and ends without having closed anything: %s', async (library) => {
    await client.flushall()
    const script = new URL('./short-script.ts', import.meta.url).pathname
    const run = promisify(execFile)(process.execPath, [script, library, String(server.port)], { timeout: 10_000 })
    expect(await run).toEqual({ stdout: 'build,memory,build', stderr: '' })
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

  test.each(['clock', 'targets', 'workers', 'reports'])('begins anew when the %s are of another type', async (name) => {
    const namespace = `wrong type of ${name}`
    const connection = redisStore({ client }).connect(namespace)
    const present = { worker: 'worker', presentForMs: 60_000 }
    await connection.invalidate(['a'], nothing)
    await connection.sync(nothing, present)
    await client.del(`rekindle:{${namespace}}:${name}`)
    await client.lpush(`rekindle:{${namespace}}:${name}`, 'a list')
    const { clock } = await connection.sync(nothing, present)
    expect((await connection.read('id')).clock).toEqual(clock)
    expect((await connection.workers(nothing)).reports.map(({ worker }) => worker)).toEqual(['worker'])
    expect((await connection.invalidate(['b'], nothing)).previous).toBe(clock.clock)
  })

  test('claims and releases although something of another type is in its place', async () => {
    const connection = redisStore({ client }).connect('wrong type of claim')
    const claim = { claimant: 'one', worker: 'worker', ttlMs: 60_000, asOf: nothing }
    await client.lpush('rekindle:wrong type of claim:c:id', 'a list')
    expect(await connection.release('id', 'one')).toEqual([])
    expect(await connection.claim('id', claim)).toEqual({ granted: true })
    expect(await connection.claim('id', { ...claim, claimant: 'two' })).toMatchObject({ granted: false, claimant: 'one' })
  })

  test('loads its scripts again after the server has forgotten them', async () => {
    const connection = redisStore({ client }).connect('scripts')
    await connection.invalidate(['a'], nothing)
    await client.script('FLUSH')
    expect((await connection.invalidate(['b'], nothing)).clock.clock).toBeGreaterThan(0)
    await client.script('FLUSH')
    expect((await connection.sync(nothing)).targets.length).toBe(2)
  })

  test('neither uses nor changes the client, and leaves it open', async () => {
    const [listeners, settings] = [client.eventNames().map((name) => client.listenerCount(name)), { ...client.options }]
    const connection = redisStore({ client }).connect('close')
    await connection.write(entry)
    connection.listen('worker', { onClock() {}, onMessage() {}, onListening() {} })
    await connection.close()
    expect(await client.ping()).toBe('PONG')
    expect(client.eventNames().map((name) => client.listenerCount(name))).toEqual(listeners)
    expect(client.options).toEqual(settings)
  })

  test.each([undefined, null, 'redis://127.0.0.1', {}, { status: 'ready' }, new Map()])('refuses %o as a client', (wrong) => {
    expect(() => redisStore({ client: wrong as never })).toThrow('client must be a client of ioredis')
  })

  test('refuses a server that is a replica', async () => {
    const replica = await startRedis({ settings: ['--replicaof', `127.0.0.1 ${server.port}`] })
    const reader = new Redis(replica.port, '127.0.0.1')
    await expect(redisStore({ client: reader }).connect('replica').read('id')).rejects.toThrow('READONLY')
    reader.disconnect()
    await replica[Symbol.asyncDispose]()
  })
})

describe('a clock in Redis that nobody can have written', () => {
  test.each(['9007199254740993', '9'.repeat(400)])('begins a new history: %.20s', async (clock) => {
    const namespace = `forged-${clock.length}`
    const connection = redisStore({ client: patterns.ioredis() }).connect(namespace)
    const before = (await connection.read('id')).clock
    await client.set(`rekindle:{${namespace}}:clock`, `${before.history} ${clock} 0 -`)
    const { clock: after } = await connection.sync(nothing)
    expect(after.history).not.toBe(before.history)
    expect((await connection.invalidate(['a'], nothing)).clock.clock).toBeGreaterThan(after.clock)
    await connection.close()
  })
})
