import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis } from '../redis-server.ts'

const examples = join(import.meta.dirname, '../../../../examples/docs')
/** Where they leave their files. */
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rekindle-newcomer-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a program of the documentation prints, in a process of its own, with what is built, as users have it. */
async function printed(name: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const options = { cwd: folder, env: { ...process.env, ...env } }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(examples, name)], options)
  expect(stderr).toBe('')
  return stdout.trimEnd().split('\n')
}

const answer = 'I am support. You said: Hello.'
const first = [`build | ${answer}`, `memory | ${answer}`]
const second = [`config | ${answer}`, `memory | ${answer}`]

describe('docs/getting-started.md', () => {
  it('builds, then serves from memory', async () => {
    expect(await printed('getting-started.ts')).toEqual(first)
  })

  it('serves a second process from the config in SQLite', async () => {
    expect(await printed('getting-started-sqlite.ts')).toEqual(first)
    expect(await printed('getting-started-sqlite.ts')).toEqual(second)
  })

  it('serves a second process from the config in Redis, and builds without Redis', async () => {
    await using server = await startRedis()
    const env = { REDIS_URL: `redis://127.0.0.1:${server.port}` }
    expect(await printed('getting-started-redis.ts', env)).toEqual(first)
    expect(await printed('getting-started-redis.ts', env)).toEqual(second)
    await server.kill()
    expect(await printed('getting-started-redis.ts', env)).toEqual(first)
  })

  it('gives the edited agent after an edit, tells who holds the earlier one, and closes on SIGTERM', async () => {
    expect(await printed('getting-started-edits.ts')).toEqual([
      `build | ${answer}`,
      'build invalidated | I am brief. You said: Hello.',
      'I am brief. You said: I am still here.',
      'edited meanwhile: the next turn gets another agent',
      'closed',
    ])
  })
})

it('docs/concepts.md: sessions share what is outside of their scope, and an edit reaches it', async () => {
  expect(await printed('concepts.ts')).toEqual([
    'memory I am support. Hello, ann.',
    'I am support. Hello, ann.',
    'build invalidated',
  ])
})

it('docs/migration.md: the dictionary loads twice and leaves agents open, its successor does neither', async () => {
  expect(await printed('migration.ts')).toEqual([
    'before: 2 loads, "I am brief. You said: Hello.", 3 left open',
    'after: 1 loads, "I am brief. You said: Hello.", 0 left open',
  ])
})
