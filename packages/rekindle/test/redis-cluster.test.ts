import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../src/redis/index.ts'
import { storeContract } from '../src/testing/index.ts'
import { type RedisCluster, startCluster } from './redis-cluster.ts'
import { TestAgents } from './test-agents.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

describe.each([
  ['a Redis Cluster', {}],
  ['a Redis Cluster, with a key prefix of the client', { keyPrefix: 'app1:' }],
])('redisStore on %s keeps the contract of stores', (_, options) => {
  let client: ReturnType<RedisCluster['connect']>
  beforeAll(() => {
    client = cluster.connect(options)
  })
  afterAll(() => client.disconnect())
  for (const { promise, check } of storeContract) test(promise, () => check(redisStore({ client })))
})

describe('redisStore on a Redis Cluster', () => {
  test('spreads entries over the nodes, and tells invalidations only to the node that has them', async () => {
    const client = cluster.connect()
    const one = new TestAgents({ store: redisStore({ client }), namespace: 'spread' })
    const two = new TestAgents({ store: redisStore({ client }), namespace: 'spread' })
    for (let agent = 0; agent < 30; agent++) await one.ask({ agentId: `agent ${agent}` })
    await two.ask({ agentId: 'agent 1' })
    const nodes = cluster.ports.map((port) => new Redis(port, '127.0.0.1'))
    const counts = await Promise.all(nodes.map(async (node) => (await node.keys('rekindle:spread:p:*')).length))
    expect(counts.reduce((sum, count) => sum + count)).toBe(30)
    for (const count of counts) expect(count).toBeGreaterThan(0)
    const channels = await Promise.all(nodes.map((node) => node.call('PUBSUB', 'SHARDCHANNELS', 'rekindle:{spread}:clock')))
    expect(channels.flat()).toEqual(['rekindle:{spread}:clock'])

    await one.cache.invalidate({ agentId: 'agent 1' })
    for (const deadline = Date.now() + 5_000; two.cache.stats().live > 0; await delay(2)) {
      if (Date.now() > deadline) throw new Error('not heard of')
    }
    for (const { cache } of [one, two]) await cache.close()
    for (const node of nodes) node.disconnect()
    client.disconnect()
  })
})
