import { setTimeout as delay } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { redisStore } from '../src/redis/index.ts'
import { storeContract } from '../src/testing/index.ts'
import { type RedisCluster, startCluster } from './redis-cluster.ts'
import { TestAgents } from './test-agents.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

/** Patterns for the store's connections: they are never connected themselves. */
const patterns = {
  ioredis: (keyPrefix?: string) =>
    new Cluster([{ host: '127.0.0.1', port: cluster.ports[0]! }], { lazyConnect: true, ...(keyPrefix && { keyPrefix }) }),
  'node-redis': (keyPrefix?: string) =>
    createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${cluster.ports[0]}` }], ...(keyPrefix && { keyPrefix }) }),
}

describe.each([
  ['ioredis', undefined],
  ['ioredis', 'app1:'],
  ['node-redis', undefined],
  ['node-redis', 'app1:'],
] as const)(
  'redisStore with %s on a Redis Cluster, with the key prefix %s, keeps the contract of stores',
  (library, keyPrefix) => {
    for (const { promise, check } of storeContract) {
      test(promise, () => check(redisStore({ client: patterns[library](keyPrefix) })))
    }
  },
)

describe.each(Object.entries(patterns))('redisStore with %s on a Redis Cluster', (library, pattern) => {
  test('can be opened while a node hangs that it does not need', async () => {
    const namespace = `hung for ${library}`
    const [clock, entry] = await Promise.all([
      cluster.ownerOf(`rekindle:{${namespace}}:clock`),
      cluster.ownerOf(`rekindle:${namespace}:p:id`),
    ])
    const hung = cluster.nodes.find(({ port }) => port !== clock.port && port !== entry.port)!
    process.kill(hung.pid, 'SIGSTOP')
    const connection = redisStore({ client: pattern() }).connect(namespace)
    const opened = performance.now()
    try {
      await expect.poll(() => connection.read('id').then(Boolean, () => false), { timeout: 5_000 }).toBe(true)
      expect(performance.now() - opened).toBeLessThan(2_500)
    } finally {
      process.kill(hung.pid, 'SIGCONT')
      await connection.close()
    }
  })

  test('fails the reads of a node that hangs, not those beside them', async () => {
    const namespace = `beside the hung for ${library}`
    const clock = await cluster.ownerOf(`rekindle:{${namespace}}:clock`)
    const node = cluster.nodes.find(({ port }) => port !== clock.port)!
    const ids = Array.from({ length: 40 }, (_, n) => `entry ${n}`)
    const owners = await Promise.all(ids.map((id) => cluster.ownerOf(`rekindle:${namespace}:p:${id}`)))
    const isItsOwn = (at: number) => owners[at]!.port === node.port
    const connection = redisStore({ client: pattern() }).connect(namespace)
    await Promise.all(ids.map((id) => connection.read(id)))
    process.kill(node.pid, 'SIGSTOP')
    try {
      const reads = ids.map((id) =>
        connection.read(id).then(
          () => 'read',
          () => 'failed',
        ),
      )
      const others = await Promise.all(reads.filter((_, at) => !isItsOwn(at)))
      expect(others.length).toBeGreaterThan(0)
      expect(others.length).toBeLessThan(ids.length)
      expect(new Set(others)).toEqual(new Set(['read']))
      expect(new Set(await Promise.all(reads.filter((_, at) => isItsOwn(at))))).toEqual(new Set(['failed']))
    } finally {
      process.kill(node.pid, 'SIGCONT')
      await connection.close()
    }
  })

  test('spreads entries over the nodes, and tells invalidations only to the node that has them', async () => {
    const namespace = `spread by ${library}`
    const client = pattern()
    const one = new TestAgents({ store: redisStore({ client }), namespace })
    const two = new TestAgents({ store: redisStore({ client }), namespace })
    for (let agent = 0; agent < 30; agent++) await one.ask({ agentId: `agent ${agent}` })
    await two.ask({ agentId: 'agent 1' })
    const nodes = cluster.ports.map((port) => new Redis(port, '127.0.0.1'))
    const counts = await Promise.all(nodes.map(async (node) => (await node.keys(`rekindle:${namespace}:p:*`)).length))
    expect(counts.reduce((sum, count) => sum + count)).toBe(30)
    for (const count of counts) expect(count).toBeGreaterThan(0)
    const channels = await Promise.all(nodes.map((node) => node.call('PUBSUB', 'SHARDCHANNELS', `rekindle:{${namespace}}:clock`)))
    expect(channels.flat()).toEqual([`rekindle:{${namespace}}:clock`])

    await one.cache.invalidate({ agentId: 'agent 1' })
    for (const deadline = Date.now() + 5_000; two.cache.stats().live > 0; await delay(2)) {
      if (Date.now() > deadline) throw new Error('not heard of')
    }
    for (const { cache } of [one, two]) await cache.close()
    for (const node of nodes) node.disconnect()
  })

  test('carries what workers ask each other, and what they answer', async () => {
    const options = { namespace: `asked by ${library}`, maxStalenessMs: 50, storeTimeoutMs: 5_000, clock: systemClock as never }
    const [one, two] = [1, 2].map(() => new TestAgents({ ...options, store: redisStore({ client: pattern() }) }))
    await one!.ask()
    await two!.ask()
    const asked = await one!.cache.workers.stats({ timeoutMs: 5_000 })
    const names = [one!, two!].map(({ cache }) => cache.workers.name)
    expect([asked.workers.map(({ worker }) => worker), asked.silent]).toEqual([names, []])
    for (const { cache } of [one!, two!]) await cache.close()
  })
})
