import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { removeTriggers } from 'rekindle/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import { startProxy } from '../../../packages/rekindle/test/tcp-proxy.ts'
import { changeChannel } from '../src/changes/change-triggers.ts'
import { edit, warm } from './editing-client.ts'
import type { Warm } from './editing-client.ts'
import { chat } from './http-client.ts'
import { psql } from './psql.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

const workers = 4
/** A port where nothing listens. */
const nowhere = 9

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

/**
 * Resolves once a turn on each of the workers had another agent than before: to when the last turn began that had the agent of
 * before. How long a turn takes is the machine's affair.
 */
async function untilSeen(server: ServerProcess, before: Warm, agentId = 'assistant'): Promise<number> {
  const edited = performance.now()
  let lastOld = 0
  const seenBy = new Set<number>()
  while (seenBy.size < before.workers.size) {
    const began = performance.now() - edited
    if (began > 20_000) throw new Error(`Not seen.\n${server.stdout}${server.stderr}`)
    const { worker, fingerprint } = (await chat(server, { agentId, user: before.user })).served
    if (fingerprint !== before.fingerprint) seenBy.add(worker)
    else {
      lastOld = began
      // Turns come to the workers in turn, so this is one whom it has not reached yet.
      await delay(5)
    }
  }
  return lastOld
}

interface Setup extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
}

const onSqlite = async (): Promise<Setup> => ({ env: {}, [Symbol.asyncDispose]: async () => {} })

const onRedis = async (): Promise<Setup> => {
  const redis = await startRedis()
  return { env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` }, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() }
}

describe.each([
  ['SQLite', onSqlite],
  ['Redis', onRedis],
])(`an edit in psql, with ${workers} workers on %s`, (_store, setUp) => {
  let url: string
  let setup: Setup
  let server: ServerProcess
  beforeAll(async () => {
    setup = await setUp()
    url = await postgres.createDatabase()
    const env = { ...setup.env, DATABASE_URL: url, REKINDLE_WORKERS: String(workers) }
    server = await startServer({ env })
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await setup?.[Symbol.asyncDispose]()
  })

  it('is announced', () => {
    expect(server.stdout).toContain('Edits by other programs, such as psql, are seen at once')
  })

  it.each([
    ['an agent', "update agents set instructions = 'Be brief.' where id = 'assistant'"],
    ['the tools of an agent', "delete from agent_tools where agent_id = 'assistant' and tool_name = 'current_time'"],
    ['a model that had no row', `insert into models values ('offline:small', '{"temperature":0.5}')`],
    ['a model', `update models set settings = '{"temperature":0.1}' where id = 'offline:small'`],
    ['a tool', "update tools set enabled = 0 where name = 'convert_units'"],
    ['a user', "update users set time_zone = 'Asia/Tokyo'"],
  ])('of %s reaches every worker within a second', async (_what, statement) => {
    const before = await warm(server, workers)
    await psql(url, statement)
    expect(await untilSeen(server, before)).toBeLessThan(1_000)
    const after = await warm(server, workers, before.user)
    expect(after.fingerprint).not.toBe(before.fingerprint)
    expect(after.workers).toEqual(before.workers)
  })

  it('of what no agent is made of leaves them alone', async () => {
    const before = await warm(server, workers)
    const other = await warm(server, workers, before.user, 'planner')
    const alsoEdited = "update agents set instructions = 'Plan.' where id = 'planner'"
    await psql(url, "update users set created_at = '2026-03-01T00:00:00.000Z'", alsoEdited)
    // What is told comes in order: the first of the two has been seen, too.
    await untilSeen(server, other, 'planner')
    for (let turn = 0; turn < 2 * workers; turn++) {
      expect((await chat(server, { user: before.user })).served).toMatchObject({
        source: 'memory',
        fingerprint: before.fingerprint,
      })
    }
  })

  it('goes well with one over HTTP, and with the end of the server', async () => {
    const before = await warm(server, workers)
    const [reply] = await Promise.all([
      edit(server, { description: 'Edited here.' }),
      psql(url, "update tools set enabled = 1 where name = 'convert_units'"),
    ])
    expect(reply.json.confirmed).toBe(true)
    await untilSeen(server, before)
    expect(await server.stop()).toBe(0)
    expect(server.stderr).toBe('')
  })
})

describe('a server whose PostgreSQL goes away and comes back', () => {
  it('refuses turns meanwhile, says so once, and sees what was edited as soon as it was back', async () => {
    const url = await postgres.createDatabase()
    await using server = await startServer({
      env: { DATABASE_URL: url.replace('rekindle@', 'rekindle:hunter2@'), REKINDLE_WORKERS: '2' },
    })
    const before = await warm(server, 2)

    await postgres.stop()
    await until(() => server.stderr.includes('PostgreSQL is out of reach'), server)
    // A turn is part of a conversation, which the database has.
    for (let turn = 0; turn < 4; turn++) {
      const refused = await chat(server, { user: before.user })
      expect(refused).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } })
    }

    await postgres.start()
    await psql(url, "update agents set instructions = 'Be brief.' where id = 'assistant'")
    await until(async () => (await chat(server, { user: before.user })).status === 200, server)
    await untilSeen(server, before)
    expect((await warm(server, 2, before.user)).fingerprint).not.toBe(before.fingerprint)
    expect(server.stderr).toContain('PostgreSQL is back')

    // And goes on listening.
    const between = await warm(server, 2, before.user)
    await psql(url, "update agents set instructions = 'Be very brief.' where id = 'assistant'")
    expect(await untilSeen(server, between)).toBeLessThan(1_000)
    expect(await server.stop()).toBe(0)
    expect(server.stderr.match(/PostgreSQL is out of reach/g)).toHaveLength(1)
    expect(server.stdout + server.stderr).not.toContain('hunter2')
  }, 40_000)

  it('stops while it is away', async () => {
    const url = await postgres.createDatabase()
    await using server = await startServer({ env: { DATABASE_URL: url } })
    await postgres.stop()
    try {
      expect(await server.stop()).toBe(0)
    } finally {
      await postgres.start()
    }
  })
})

describe('an edit in psql while the store is out of reach', () => {
  it('reaches the workers when it is back', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    const url = await postgres.createDatabase()
    await using server = await startServer({
      env: { DATABASE_URL: url, REDIS_URL: `redis://127.0.0.1:${proxy.port}`, REKINDLE_WORKERS: '2' },
    })
    const before = await warm(server, 2)
    proxy.redirect(nowhere)
    await psql(url, "update agents set instructions = 'Be brief.' where id = 'assistant'")
    await until(() => server.stderr.includes('The store is out of reach'), server)
    expect((await chat(server, { user: before.user })).served).toMatchObject({
      source: 'memory',
      fingerprint: before.fingerprint,
    })

    proxy.redirect(redis.port)
    await untilSeen(server, before)
    await until(() => server.stderr.includes('The store is back'), server)
    expect(await server.stop()).toBe(0)
    expect(server.stderr.match(/The store is out of reach/g)).toHaveLength(1)
    // Attempts to tell it come ever less often: up to ten seconds apart.
  }, 40_000)
})

describe('a server that may not create triggers', () => {
  it('starts, and says what that means', async () => {
    const url = await postgres.createDatabase()
    const owner = await startServer({ env: { DATABASE_URL: url } })
    await owner.stop()
    const client = new Client(url)
    await client.connect()
    await removeTriggers(client, { channel: changeChannel })
    await client.end()
    const rights = 'grant select, insert, update, delete on all tables in schema public to guest'
    await psql(url, 'create role guest login', rights)
    await using server = await startServer({ env: { DATABASE_URL: url.replace('rekindle@', 'guest:hunter2@') } })
    expect(server.stdout.match(/! Edits by other programs .*/g)).toEqual([
      '! Edits by other programs are seen only when configs expire, within an hour: PostgreSQL allows no triggers (permission denied for schema public).',
    ])
    expect((await chat(server)).answer).toBe('12 * 7 = 84')
    expect(await server.stop()).toBe(0)
    expect(server.stderr).toBe('')
    expect(server.stdout).not.toContain('hunter2')
  })
})

describe('a server with SQLite as its database', () => {
  it('promises nothing of the kind', async () => {
    await using server = await startServer()
    expect(server.stdout).not.toContain('other programs')
  })
})
