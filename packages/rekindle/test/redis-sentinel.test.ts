import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createSentinel, RESP_TYPES } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigStore } from '../src/index.ts'
import type { StoreConnection } from '../src/store/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { storeContract } from '../src/testing/index.ts'
import { freePort } from './redis-server.ts'
import { type RedisSentinel, startSentinel } from './redis-sentinel.ts'

let group: RedisSentinel
beforeAll(async () => {
  group = await startSentinel()
})
afterAll(() => group[Symbol.asyncDispose]())

const at = (ports: readonly number[]) => ports.map((port) => ({ host: '127.0.0.1', port }))

/** Patterns for the store's connections: they are never connected themselves. */
const patterns = {
  // ioredis would take the role of a replica from these options, and nothing there can be written.
  ioredis: (ports: readonly number[]) => new Redis({ name: 'main', sentinels: at(ports), role: 'slave', lazyConnect: true }),
  'node-redis': (ports: readonly number[]) => {
    const commandOptions = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }
    return createSentinel({
      name: 'main',
      sentinelRootNodes: at(ports),
      commandOptions,
      nodeClientOptions: { commandOptions } as object,
    })
  },
}

/** For how long `connection` does not answer. */
async function silence(connection: StoreConnection): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < 10_000) {
    const answered = await connection.read('id').then(Boolean, () => false)
    if (answered) return performance.now() - began
    await delay(10)
  }
  throw new Error('no answer for 10 s')
}

/** Accepts connections and says nothing. */
async function hungServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, sockets, close: () => server.close() }
}

describe.each(Object.entries(patterns))('redisStore with %s by way of Sentinels', (_, pattern) => {
  describe('keeps the contract of stores', () => {
    let store: ConfigStore
    let open: StoreConnection
    beforeAll(() => {
      store = redisStore({ client: pattern(group.ports) })
      // Each case closes what it opens; this keeps the way to the master from being looked for each time.
      open = store.connect('open')
    })
    afterAll(() => open.close())
    for (const { promise, check } of storeContract) test(promise, () => check(store))
  })

  test('is used although the first Sentinel is not there', async () => {
    const connection = redisStore({ client: pattern([await freePort(), ...group.ports]) }).connect('dead')
    expect(await silence(connection)).toBeLessThan(4_000)
    await connection.close()
  })

  test('is used although the first Sentinel says nothing, and leaves no connection to it', async () => {
    const hung = await hungServer()
    const connection = redisStore({ client: pattern([hung.port, ...group.ports]) }).connect('hung')
    expect(await silence(connection)).toBeLessThan(4_000)
    await connection.close()
    await expect.poll(() => hung.sockets.size, { timeout: 3_000 }).toBe(0)
    hung.close()
  })
})

test('a Sentinel that goes takes nothing with it', async () => {
  const connections = Object.values(patterns).map((pattern) => redisStore({ client: pattern(group.ports) }).connect('gone'))
  for (const connection of connections) await connection.read('id')
  await group.end(group.ports[0]!)
  await delay(1_500)
  for (const connection of connections) expect(await silence(connection)).toBeLessThan(2_000)
  for (const connection of connections) await connection.close()
})
