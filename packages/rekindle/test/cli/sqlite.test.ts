import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rekindle, startWorker, type Worker } from './cli.ts'
import { testFolder } from '../test-folder.ts'

const folder = testFolder('cli-sqlite')
const path = join(folder, 'store.db')
const secret = randomBytes(32).toString('base64')
const workers: Worker[] = []

beforeAll(async () => {
  const order = { store: { sqlite: path }, isWatched: true }
  workers.push(
    await startWorker({ ...order, namespace: 'plain' }),
    await startWorker({ ...order, namespace: 'sealed', sealingSecret: secret }),
  )
  for (const worker of workers) await worker.ask({ agent: '1', sessions: 5, rounds: 4 })
})
afterAll(async () => {
  for (const worker of workers) await worker[Symbol.asyncDispose]()
})

const at = (namespace: string) => ['--sqlite', path, '--namespace', namespace]
const key = 'agentId=1,userId=ada,sessionId=session-3,reasoning=true'

test('doctor looks at the file and asks the workers', async () => {
  const { code, stdout } = await rekindle(['doctor', ...at('plain')])
  expect(code).toBe(0)
  for (const line of [
    /^ok +server +SQLite 3/m,
    /^ok +disk/m,
    /^ok +journal +WAL/m,
    /^ok +writing +possible/m,
    /^ok +workers +1 worker/m,
    /^ok +rights/m,
  ]) {
    expect(stdout).toMatch(line)
  }
})

test('doctor warns of what others may read, and of a file that somebody holds', async () => {
  chmodSync(path, 0o644)
  const holder = new DatabaseSync(path)
  holder.exec('BEGIN IMMEDIATE')
  try {
    const { code, stdout } = await rekindle(['doctor', ...at('plain'), '--timeout', '300ms'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^warning +rights/m)
    expect(stdout).toMatch(/^failure +writing +database is locked/m)
  } finally {
    holder.close()
    chmodSync(path, 0o600)
  }
})

test('stats, inspect and advise work as with Redis', async () => {
  expect((await rekindle(['stats', '--once', ...at('plain')])).stdout).toMatch(/plain at .*: 1 worker\n/)
  expect((await rekindle(['inspect', key, ...at('plain')])).stdout).toMatch(/^store +usable/m)
  expect((await rekindle(['advise', ...at('plain')])).stdout).toMatch(/Watched: .*, 20 requests to 1 worker; all keys: 5 keys/)
  expect(await rekindle(['invalidate', 'agentId=1', '--confirm', ...at('plain')])).toMatchObject({ code: 0 })
})

test('the workers of a sealed store answer who has its keys; others are told what is missing', async () => {
  // A target that is sealed shows that the store is.
  const file = join(folder, 'keys.json')
  writeFileSync(file, JSON.stringify({ keys: [{ id: 'test', secret }] }))
  const keys = ['--sealing-key-file', file]
  expect(await rekindle(['invalidate', 'agentId=1', '--confirm', ...at('sealed'), ...keys])).toMatchObject({ code: 0 })
  expect(await rekindle(['doctor', ...at('sealed'), ...keys])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ok +workers +1 worker/m),
  })
  const env = { REKINDLE_SEALING_KEYS: JSON.stringify({ keys: [{ id: 'test', secret }] }) }
  expect(await rekindle(['inspect', key, ...at('sealed')], { env })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/: *\d+ +|fresh|–/),
  })
  const { code, stdout } = await rekindle(['doctor', ...at('sealed'), '--timeout', '500ms'])
  expect([code, stdout]).toEqual([1, expect.stringContaining('--sealing-key-file')])
})

test('sealing keys that are none are refused, and never shown', async () => {
  for (const text of ['{"keys": geheim77}', '{"keys":[{"id":"a","secret":"geheim77"}]}']) {
    const { code, stdout, stderr } = await rekindle(['stats', '--once', ...at('sealed')], {
      env: { REKINDLE_SEALING_KEYS: text },
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toContain('geheim77')
  }
})

test('a path that is mistyped makes no file, and what is no store is left alone', async () => {
  const [missing, other] = [join(folder, 'missing.db'), join(folder, 'other.db')]
  const database = new DatabaseSync(other)
  database.exec('CREATE TABLE mine (x)')
  database.close()
  writeFileSync(join(folder, 'text.db'), 'x'.repeat(5_000))
  for (const [file, says] of [
    [missing, 'There is no file'],
    [other, 'no tables of Rekindle'],
    [join(folder, 'text.db'), 'not a database'],
  ] as const) {
    const args = ['--sqlite', file, '--namespace', 'n']
    expect(await rekindle(['stats', ...args])).toEqual({ code: 3, stdout: '', stderr: expect.stringContaining(says) })
    expect(await rekindle(['doctor', ...args])).toMatchObject({ code: 3, stdout: expect.stringContaining(says) })
  }
  expect(existsSync(missing)).toBe(false)
})
