import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRedis } from '../redis-server.ts'
import { Fleet } from './fleet.ts'
import type { Observation } from './fleet-orders.ts'

const boundMs = 400
const names = ['a', 'b', 'c']
/** Few places in memory, so that requests come to all tiers; strict while the store is away. */
const options = { maxStalenessMs: boundMs, whenUnsynced: 'rebuild', live: { maxAgents: 2 } } as const

interface World extends AsyncDisposable {
  readonly fleet: Fleet
  readonly redis: Awaited<ReturnType<typeof startRedis>> | undefined
}

async function world(
  kind: 'sqlite' | 'redis',
  workers: number,
  changes: Partial<ConstructorParameters<typeof Fleet>[0]> = {},
): Promise<World> {
  const redis = kind === 'redis' ? await startRedis() : undefined
  const store = redis && { store: { redisPort: redis.port } }
  const fleet = new Fleet({ loadMs: [0, 20], options, ...store, ...changes }, names)
  await fleet.addWorkers(workers)
  return {
    fleet,
    redis,
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]()
      await redis?.[Symbol.asyncDispose]()
    },
  }
}

/** `count` edits, one after the other, by all workers in turn; `between` happens beside them. */
async function editing(
  fleet: Fleet,
  count: number,
  between: (round: number) => Promise<unknown> = async () => {},
): Promise<void> {
  for (let round = 0; round < count; round++) {
    await between(round)
    await fleet.edit(names[round % names.length]!, fleet.workers[round % fleet.workers.length]!, round % 3 === 0)
    await delay(5 + (round % 7) * 5)
  }
}

function expectSound(fleet: Fleet, seen: readonly Observation[]): void {
  expect(fleet.violations(seen, boundMs)).toEqual([])
  expect(fleet.edits.filter(({ completed }) => completed !== undefined).length).toBeGreaterThan(fleet.edits.length / 3)
  for (const source of ['memory', 'config', 'build']) {
    expect(seen.filter((observation) => observation.source === source).length).toBeGreaterThan(20)
  }
}

describe.each([
  ['sqlite', 8],
  ['redis', 8],
] as const)('on %s, %i processes under load while agents are edited', (kind, workers) => {
  test('never get what an invalidation that had completed made old', async () => {
    await using it = await world(kind, workers)
    const seen = await it.fleet.underLoad(names, () => editing(it.fleet, 60))
    expectSound(it.fleet, seen)
    expect(it.fleet.edits.every(({ completed }) => completed !== undefined)).toBe(true)
  })
})

describe('on redis, 4 processes under load while agents are edited', () => {
  let it: World
  beforeAll(async () => {
    it = await world('redis', 4)
  })
  afterAll(() => it[Symbol.asyncDispose]())

  test.each<[string, (client: Redis, round: number) => Promise<unknown>]>([
    ['subscriptions are killed', (client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')],
    [
      'all connections are killed',
      (client, round) => (round % 4 === 0 ? client.call('CLIENT', 'KILL', 'TYPE', 'normal') : Promise.resolve()),
    ],
    ['everything is flushed', (client, round) => (round % 5 === 0 ? client.flushall() : Promise.resolve())],
    ['the clock is lost', (client, round) => (round % 5 === 0 ? client.del('rekindle:{fleet}:clock') : Promise.resolve())],
    [
      'what was invalidated is lost',
      (client, round) => (round % 5 === 0 ? client.del('rekindle:{fleet}:targets') : Promise.resolve()),
    ],
    ['scripts are forgotten', (client) => client.script('FLUSH')],
  ])('never get what is old although %s', async (_, disturb) => {
    const client = new Redis(it.redis!.port, '127.0.0.1', { retryStrategy: () => 10 })
    client.on('error', () => {})
    const seen = await it.fleet.underLoad(names, () => editing(it.fleet, 30, (round) => disturb(client, round).catch(() => {})))
    client.disconnect()
    expectSound(it.fleet, seen)
  })
})
