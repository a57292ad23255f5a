import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startCluster } from '../redis-cluster.ts'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { rekindle, start, startWorker } from './cli.ts'

const password = 'geheim77'
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())
afterEach(async () => {
  await redis.call('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction', 'min-replicas-to-write', '0')
})

const at = (port: number, user = '') => ['--redis', `redis://${user}127.0.0.1:${port}`, '--namespace', 'n']

/** What doctor says of one thing it looked at. */
async function checkOf(name: string, args: readonly string[] = at(redis.port)) {
  const { code, stdout } = await rekindle(['doctor', '--json', ...args])
  const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; found: string; advice?: string }[] }
  return { code, ...checks.find((check) => check.name === name)! }
}

describe('a server that is set up otherwise than it should be', () => {
  test.each<[string, 'ok' | 'warning', RegExp]>([
    ['volatile-lru', 'ok', /^volatile-lru$/],
    ['volatile-lfu', 'ok', /^volatile-lfu$/],
    ['noeviction', 'warning', /writes fail/],
    ['allkeys-lru', 'warning', /may evict the invalidation clock/],
    ['volatile-random', 'warning', /as readily/],
  ])('with maxmemory-policy %s: %s', async (policy, state, says) => {
    await redis.call('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', policy)
    const check = await checkOf('eviction')
    expect([check.code, check.state]).toEqual([0, state])
    expect(`${check.found}${check.advice ?? ''}`).toMatch(says)
    expect(await checkOf('memory')).toMatchObject({ state: 'ok', found: expect.stringMatching(/of 100 MB used/) })
  })

  test('that is full refuses writes: a failure', async () => {
    await redis.call('CONFIG', 'SET', 'maxmemory', '1kb')
    expect(await checkOf('rights')).toMatchObject({ code: 1, state: 'failure', advice: expect.stringContaining('full') })
    expect(await checkOf('memory')).toMatchObject({ state: 'warning' })
  })

  test('that lacks its replicas refuses writes: a failure', async () => {
    await redis.call('CONFIG', 'SET', 'min-replicas-to-write', '1')
    expect(await checkOf('rights')).toMatchObject({ code: 1, state: 'failure', advice: expect.stringContaining('replicas') })
  })

  test('that is a replica is a failure, and no other command uses it', async () => {
    await using replica = await startRedis({ settings: ['--replicaof', '127.0.0.1', String(redis.port)] })
    expect(await checkOf('role', at(replica.port))).toMatchObject({
      code: 1,
      state: 'failure',
      found: `replica of 127.0.0.1:${redis.port}`,
    })
    const { code, stderr } = await rekindle(['stats', '--once', ...at(replica.port)])
    expect([code, stderr]).toEqual([3, expect.stringContaining(`Connect to its master, 127.0.0.1:${redis.port}`)])
  })
})

describe('a user', () => {
  // As docs/operations.md has it.
  const full =
    '+get +mget +set +del +eval +evalsha +publish +subscribe +spublish +ssubscribe +ping +hello +auth +select +client +info +time +script +cluster +asking +pexpire +pttl +type +@sortedset +@hash'
  const allow = (user: string, ...rights: string[]) =>
    redis.call('ACL', 'SETUSER', user, 'reset', 'on', `>${password}`, ...rights)

  test('with the rights that the docs name has all that is needed', async () => {
    await allow('full', '~rekindle:*', '&rekindle:*', ...full.split(' '))
    const { code, stdout } = await rekindle(['doctor', ...at(redis.port, `full:${password}@`)])
    expect(stdout).toMatch(/^ok +rights/m)
    expect([code, stdout]).toEqual([0, expect.not.stringContaining(password)])
  })

  test('without INFO is told what that costs', async () => {
    await allow('blind', '~rekindle:*', '&rekindle:*', ...full.split(' ').filter((right) => right !== '+info'))
    const args = at(redis.port, `blind:${password}@`)
    expect(await checkOf('failover', args)).toMatchObject({ code: 0, state: 'warning', advice: expect.stringContaining('+info') })
    expect(await checkOf('INFO', args)).toMatchObject({ state: 'warning' })
  })

  test.each<[string, string[], RegExp]>([
    ['keys', ['~other:*', '&rekindle:*', '+@all'], /MGET, SET, DEL, /],
    ['channels', ['~rekindle:*', '+@all', 'resetchannels'], /^refused: PUBLISH, SUBSCRIBE/],
    ['writing', ['~rekindle:*', '&rekindle:*', '+@all', '-set'], /^refused: SET, SET in a script/],
    ['sorted sets', ['~rekindle:*', '&rekindle:*', '+@all', '-@sortedset'], /^refused: ZADD in a script/],
    ['scripts', ['~rekindle:*', '&rekindle:*', '+@all', '-eval'], /^refused: EVAL /],
  ])('without the right to %s: a failure that says which', async (_, rights, says) => {
    await allow('poor', ...rights)
    const { code, state, found } = await checkOf('rights', at(redis.port, `poor:${password}@`))
    expect([code, state, found]).toEqual([1, 'failure', expect.stringMatching(says)])
  })

  test('with a wrong password is not let in, and it is not shown', async () => {
    const { code, stdout } = await rekindle(['doctor', ...at(redis.port, `full:${password}wrong@`)])
    expect([code, stdout]).toEqual([3, expect.stringContaining('WRONGPASS')])
    expect(stdout).not.toContain(password)
  })
})

describe('a server that does not answer', () => {
  test.each(['down', 'hung'])('is a failure, and ends with 3 in a few seconds: %s', async (how) => {
    await using other = await startRedis()
    if (how === 'down') await other.kill()
    else process.kill(other.pid, 'SIGSTOP')
    const begun = performance.now()
    const commands = [['doctor'], ['stats', '--once'], ['invalidate', 'agentId=1'], ['record'], ['advise']]
    // One as a process of its own, which ends, too.
    const ended = await Promise.all([
      ...commands.map((command) => rekindle([...command, ...at(other.port)])),
      start(['stats', ...at(other.port)]).ended,
    ])
    expect(ended.map(({ code }) => code)).toEqual([3, 3, 3, 3, 3, 3])
    expect(ended[0]!.stdout).toMatch(/^failure +server/m)
    for (const { stdout, stderr } of ended.slice(1))
      expect([stdout, stderr]).toEqual(['', expect.stringMatching(/cannot be used: .*(ECONNREFUSED|2000 ms)/)])
    expect(performance.now() - begun).toBeLessThan(8_000)
  })
})

test('workers are asked by way of node-redis where ioredis is not installed; without either, it says what to install', async () => {
  await using worker = await startWorker({ store: { redisPort: redis.port }, namespace: 'n' })
  await worker.ask({ agent: '1', sessions: 1, rounds: 1 })
  const nodeArgs = ['--import', join(import.meta.dirname, 'without-modules.ts')]
  const without = (modules: string) => start(['doctor', ...at(redis.port)], { nodeArgs, env: { WITHOUT_MODULES: modules } }).ended
  const [one, none] = await Promise.all([without('ioredis'), without('ioredis,redis')])
  expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/by way of redis\n[^]*1 worker on the list, all answer/) })
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('npm install ioredis') })
})

test('a cluster is found to be one by any of its nodes', async () => {
  await using cluster = await startCluster()
  expect(await checkOf('server', at(cluster.ports[1]!))).toMatchObject({ code: 0, found: expect.stringContaining('a cluster') })
  expect(await checkOf('cluster', at(cluster.ports[1]!))).toMatchObject({ state: 'ok' })
  expect(await checkOf('rights', at(cluster.ports[1]!))).toMatchObject({ state: 'ok' })
  expect(await rekindle(['invalidate', 'agentId=1', ...at(cluster.ports[2]!)])).toMatchObject({ code: 0 })
  expect(await rekindle(['stats', '--once', ...at(cluster.ports[2]!)])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 workers'),
  })
})
