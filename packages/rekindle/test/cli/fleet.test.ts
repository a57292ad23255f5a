import { gunzipSync } from 'node:zlib'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { rekindle, start, startWorker, type Worker } from './cli.ts'
import { testFolder } from '../test-folder.ts'

const folder = testFolder('cli')
let redis: RedisServer
/** The first has an advisor, the second has none. */
let workers: Worker[]
let env: Record<string, string>

beforeAll(async () => {
  redis = await startRedis()
  env = { REKINDLE_REDIS: `redis://127.0.0.1:${redis.port}`, REKINDLE_NAMESPACE: 'fleet' }
  const order = { store: { redisPort: redis.port }, namespace: 'fleet' }
  workers = await Promise.all([startWorker({ ...order, isWatched: true }), startWorker(order)])
  for (const worker of workers) await worker.ask({ agent: '1', sessions: 10, rounds: 20 })
  await rekindle(['invalidate', 'agentId=none', '--confirm'], { env })
})
afterAll(async () => {
  for (const worker of workers) await worker[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

const json = (text: string): unknown => JSON.parse(text)
const key = 'agentId=1,userId=ada,sessionId=session-3,reasoning=true'

describe('doctor', () => {
  test('of a fleet that is well ends with 0, and has a line for each thing it looked at', async () => {
    const { code, stdout, stderr } = await rekindle(['doctor'], { env })
    expect([code, stderr]).toEqual([0, ''])
    for (const line of [
      /^ok +server +Redis [67]/m,
      /^ok +rights/m,
      /^ok +workers +2 workers on the list, all answer$/m,
      /^ok +their store/m,
    ]) {
      expect(stdout).toMatch(line)
    }
  })

  test('as JSON says the same to programs, as one document', async () => {
    const { stdout } = await rekindle(['doctor', '--json'], { env })
    const { ok, namespace, checks } = json(stdout) as {
      ok: boolean
      namespace: string
      checks: { name: string; state: string }[]
    }
    expect([ok, namespace]).toEqual([true, 'fleet'])
    expect(checks.find(({ name }) => name === 'eviction')?.state).toBe('warning')
    expect(await rekindle(['doctor', '--json', '--strict'], { env })).toMatchObject({ code: 1 })
  })

  test('leaves nothing in the store, not even where nobody has been', async () => {
    const keys = async () => String(((await redis.call('KEYS', '*')) as string[]).toSorted((a, b) => a.localeCompare(b)))
    const before = await keys()
    const { code, stdout } = await rekindle(['doctor', '--namespace', 'mistyped'], { env })
    expect([code, await keys()]).toEqual([0, before])
    expect(stdout).toMatch(/no worker has used 'mistyped'[^]*There are: fleet/)
    await rekindle(['doctor'], { env })
    expect(await keys()).toBe(before)
  })
})

describe('stats', () => {
  test('--once has a line for each worker and one of all, since they started', async () => {
    const { code, stdout } = await rekindle(['stats', '--once'], { env, width: Infinity })
    expect(code).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^fleet at redis:.*: 2 workers$/)
    expect(lines.slice(2).map((line) => /(\S+)/.exec(line)?.[1])).toEqual([
      expect.stringMatching(`:${workers[0]!.pid}$|:${workers[1]!.pid}$`),
      expect.any(String),
      'all',
    ])
    expect(lines[4]).toMatch(/ 95\.0 .* 20 .*synced/)
  })

  test('drops columns, and the workers that are least busy, where there is not room for all', async () => {
    const { stdout } = await rekindle(['stats', '--once'], { env, width: 80 })
    expect(stdout).not.toContain('p50')
    for (const line of stdout.trim().split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80)
    const narrow = await rekindle(['stats', '--once'], { env, width: 40, height: 6 })
    const lines = narrow.stdout.trim().split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
    expect([lines.length, lines.at(-1)]).toEqual([5, 'and 1 more, less busy'])
  })

  test('goes on with what came since, a line of JSON each time, until it is interrupted: 130', async () => {
    const { child, says, ended } = start(['stats', '--json', '--interval', '300ms'], { env })
    await says(/\n/)
    await workers[0]!.ask({ agent: '1', sessions: 10, rounds: 100 })
    await says(/"perSecond":[1-9].*\n/)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect([code, stderr]).toEqual([130, ''])
    const lines = stdout.trim().split('\n').map(json) as {
      total: { perSecond?: number; recent: { memory?: number }; requests: number }
    }[]
    expect(lines[0]!.total.perSecond).toBeUndefined()
    const busy = lines.find(({ total }) => (total.perSecond ?? 0) > 0)!
    expect(busy.total.recent.memory).toBe(1)
    expect(lines.at(-1)!.total.requests).toBe(lines[0]!.total.requests + 1_000)
  })
})

describe('inspect', () => {
  test('shows where a key stands, with nothing that a terminal would obey', async () => {
    const { code, stdout } = await rekindle(['inspect', key], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^store +usable, version \S{10}, fresh for \d+m/m)
    expect(stdout).toContain(String.raw`tags model:\x1b[31mred`)
    expect(stdout).not.toContain('\u001B')
    expect(stdout.match(/^\S+:\d+ +fresh, .*from (config|build)/gm)).toHaveLength(2)
    expect(stdout).toMatch(/made from build in .*, because: cold/)
  })

  test('of several keys, as JSON too', async () => {
    const { stdout } = await rekindle(
      ['inspect', key, '{"agentId":"9","userId":"","sessionId":"","reasoning":"high"}', '--json'],
      { env },
    )
    const { keys } = json(stdout) as {
      keys: { key: object; config: { state: string; reason?: string }; workers: object[] }[]
    }
    expect(keys.map(({ config }) => [config.state, config.reason])).toEqual([
      ['usable', undefined],
      ['refused', 'absent'],
    ])
    expect(keys[1]!.key).toEqual({ agentId: '9', userId: '', sessionId: '', reasoning: 'high' })
    expect(keys[1]!.workers).toHaveLength(2)
  })
})

describe('invalidate', () => {
  test('--confirm waits until every worker has dropped it; others keep theirs', async () => {
    for (const worker of workers) {
      await worker.ask({ agent: 'edited', sessions: 1, rounds: 1 })
      await worker.ask({ agent: 'kept', sessions: 1, rounds: 1 })
    }
    const { code, stdout } = await rekindle(['invalidate', 'agentId=edited', '--confirm'], { env })
    expect([code, stdout]).toEqual([0, 'Invalidated, and every worker has dropped it: agentId=edited.\n'])
    const looked = await rekindle(
      [
        'inspect',
        key.replace('agentId=1', 'agentId=edited').replace('-3', '-0'),
        key.replace('agentId=1', 'agentId=kept').replace('-3', '-0'),
        '--json',
      ],
      { env },
    )
    const { keys } = json(looked.stdout) as { keys: { workers: { memory: { present: boolean } }[] }[] }
    expect(keys.map((each) => each.workers.map(({ memory }) => memory.present))).toEqual([
      [false, false],
      [true, true],
    ])
  })

  test('by tag, and everything, once that is meant', async () => {
    expect(await rekindle(['invalidate', '--tag', 'a', '--tag', 'b'], { env })).toMatchObject({
      code: 0,
      stdout: 'Invalidated: tag a, tag b.\n',
    })
    expect(await rekindle(['invalidate', '--all'], { env, answer: 'n' })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Nothing was invalidated.\n',
    })
    expect(await rekindle(['invalidate', '--all'], { env, answer: 'yes' })).toMatchObject({
      code: 0,
      stdout: 'Invalidated: everything.\n',
    })
    expect(await rekindle(['invalidate', '--all', '--yes', '--json'], { env })).toMatchObject({ code: 0 })
  })

  test('ends with 1 and names the worker that does not say so; doctor, stats and inspect name it, too', async () => {
    const { pid } = workers[1]!
    process.kill(pid, 'SIGSTOP')
    try {
      const { code, stdout } = await rekindle(['invalidate', 'agentId=1', '--confirm', '--timeout', '500ms'], { env })
      expect(code).toBe(1)
      expect(stdout).toMatch('not confirmed: agentId=1; no word from ')
      expect(stdout).toContain(`:${pid}:`)
      const [doctor, stats, inspect] = await Promise.all([
        rekindle(['doctor', '--timeout', '1s'], { env }),
        rekindle(['stats', '--once', '--timeout', '1s'], { env }),
        rekindle(['inspect', key, '--timeout', '1s'], { env }),
      ])
      expect(doctor.stdout).toMatch(new RegExp(`^warning +workers +1 of 2 answer; silent: \\S*:${pid}:`, 'm'))
      for (const { stdout: said } of [stats, inspect]) expect(said).toMatch(new RegExp(`:${pid} +silent`))
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })
})

describe('record and advise', () => {
  test('what is recorded is what the workers were asked, by name of nobody, and can be advised on', async () => {
    const path = join(folder, 'recorded.csv.gz')
    const begun = start(['record', '--out', path, '--json'], { env })
    await workers[0]!.ask({ agent: 'recorded', sessions: 50, rounds: 1 })
    // Asked for once more at its end, so nothing of this is missing.
    await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0, { timeout: 15_000 }).toBeGreaterThan(100)
    begun.child.kill('SIGINT')
    const { code, stdout, stderr } = await begun.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(new RegExp(`:${workers[1]!.pid} has no advisor`))
    const summary = json(stdout) as { events: number; workers: number; unwatched: string[] }
    expect(summary).toMatchObject({ file: path, workers: 1, unwatched: [expect.stringContaining(`:${workers[1]!.pid}:`)] })
    const text = gunzipSync(readFileSync(path)).toString()
    const lines = text.split('\n').filter((line) => /^\d+,[0-9a-f]{8},0$/.test(line))
    expect(lines).toHaveLength(summary.events)
    expect(new Set(lines.map((line) => line.split(',')[1])).size).toBeGreaterThanOrEqual(60)
    expect(text).not.toContain('session')
    expect(statSync(path).mode & 0o077).toBe(0)

    const advised = json((await rekindle(['advise', path, '--json'])).stdout) as {
      requests: number
      facts: { workers: number }
    }
    const fleet = json((await rekindle(['advise', '--json'], { env })).stdout) as {
      requests: number
      current: { setting: object }
    }
    expect(advised.facts.workers).toBe(1)
    expect(advised.requests).toBe(fleet.requests)
    expect(fleet.current.setting).toEqual({ configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 1_000 })
    expect(await rekindle(['record', '--out', path], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists already'),
    })
  })

  test('without --out goes to stdout, for so many seconds', async () => {
    const { code, stdout, stderr } = await rekindle(['record', '--seconds', '0'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^# rekindle recording 1.*\n# worker 0 .*\n\d+,[0-9a-f]{8},0\n/)
    expect(stderr).toMatch(/lines of .* requests to 1 worker, after 1s\n$/)
  })

  test('say that there is nothing, where no worker has an advisor', async () => {
    const other = { ...env, REKINDLE_NAMESPACE: 'unwatched' }
    await using worker = await startWorker({ store: { redisPort: redis.port }, namespace: 'unwatched' })
    await worker.ask({ agent: '1', sessions: 1, rounds: 1 })
    for (const command of ['record', 'advise']) {
      const { code, stdout, stderr } = await rekindle([command], { env: other })
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/createAgentCache\(\{ advisor: createAdvisor\(\) \}\)/)
    }
  })
})

test('without a namespace, those that there are are named', async () => {
  const { code, stderr } = await rekindle(['stats', '--once'], { env: { ...env, REKINDLE_NAMESPACE: '' } })
  expect(code).toBe(2)
  expect(stderr).toMatch(/--namespace NAME .*fleet/)
})
