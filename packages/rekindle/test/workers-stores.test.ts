import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { createInvalidator } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { sealed } from '../src/sealed/index.ts'
import { sqliteStore } from '../src/sqlite/index.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { keyOf, TestAgents } from './test-agents.ts'
import { testFolder } from './test-folder.ts'

let server: RedisServer
let client: Redis
const folder = testFolder('workers')
beforeAll(async () => {
  server = await startRedis()
  client = new Redis(server.port, '127.0.0.1')
})
afterAll(async () => {
  client.disconnect()
  await server[Symbol.asyncDispose]()
})

const stores = {
  redis: () => redisStore({ client }),
  'sealed redis': () => sealed(redisStore({ client }), { keys: [{ id: 'k', secret: Buffer.alloc(32, 1) }] }),
  sqlite: () => sqliteStore({ path: join(folder, 'agents.db') }),
}

describe.each(Object.keys(stores) as (keyof typeof stores)[])('workers that share %s', (name) => {
  test('tell each other their numbers and where they have a key, and are silent once they are gone', async () => {
    const namespace = `workers of ${name}`
    const store = stores[name]()
    const options = { store, namespace, maxStalenessMs: 50, storeTimeoutMs: 5_000, clock: systemClock as never }
    const one = new TestAgents({ ...options, describeWorker: () => ({ machine: 'one' }) })
    const two = new TestAgents({ ...options, describeWorker: () => ({ machine: 'two' }) })
    const heard: string[] = []
    const sniffer = client.duplicate()
    sniffer.on('pmessage', (_, __, message: string) => heard.push(message))
    await sniffer.psubscribe(`rekindle:{${namespace}}:inbox:*`)
    await one.ask()
    await two.ask({ userId: 'somebody' })
    await using invalidator = createInvalidator(options)
    await invalidator.invalidate({ agentId: 'another' }, { confirm: true })

    const asked = await one.cache.workers.stats({ timeoutMs: 5_000 })
    expect(asked).toMatchObject({
      silent: [],
      unreachable: false,
      workers: [{ about: { machine: 'one' } }, { about: { machine: 'two' } }],
    })
    expect(asked.workers[1]!.stats).toMatchObject({ live: 1, store: { name, state: 'up' } })

    const explained = await one.cache.workers.explain(keyOf({ userId: 'somebody' }), { timeoutMs: 5_000 })
    expect(explained).toMatchObject({ config: { state: 'usable' }, invalidation: { sure: true }, silent: [] })
    expect(explained.workers).toMatchObject([
      { worker: one.cache.workers.name, memory: { present: false }, timeline: [] },
      { worker: two.cache.workers.name, memory: { present: true, source: 'build' }, timeline: [{ event: 'created' }] },
    ])
    if (name !== 'sqlite') {
      expect(heard.length).toBeGreaterThanOrEqual(4)
      expect(heard.some((message) => message.includes('somebody'))).toBe(name === 'redis')
    }

    await one.cache.invalidate({ userId: 'somebody' }, { confirm: true })
    const since = await one.cache.explain(keyOf({ userId: 'somebody' }))
    expect(since.invalidation.last).toMatchObject({ target: '{"userId":"somebody"}', confirmed: true })
    expect(Math.abs(since.invalidation.last!.at! - Date.now())).toBeLessThan(60_000)

    await two.cache.close()
    expect(await one.cache.workers.stats({ timeoutMs: 5_000 })).toMatchObject({ silent: [], workers: { length: 1 } })
    await one.cache.close()
    sniffer.disconnect()
  })
})
