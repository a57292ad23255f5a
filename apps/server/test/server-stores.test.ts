import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as PgClient } from 'pg'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import { chat, send } from './http-client.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import { startServer, until } from './server-process.ts'
import { Client as WebSocketClient } from './web-socket-client.ts'

describe('a server with Redis', () => {
  it('shares configs with other machines, and answers on when Redis dies', async () => {
    await using redis = await startRedis()
    const secret = { REKINDLE_COOKIE_SECRET: 'the same on all machines, 32 characters' }
    const env = { ...secret, REDIS_URL: `redis://127.0.0.1:${redis.port}/0` }
    await using here = await startServer({ env })
    await using there = await startServer({ env })
    expect(here.stdout).toContain(`Redis, redis://127.0.0.1:${redis.port}/0`)

    const built = await chat(here)
    const { user } = built
    expect(built.served.source).toBe('build')
    expect((await chat(there, { user })).served).toMatchObject({ source: 'config', fingerprint: built.served.fingerprint })
    expect((await send(`${here.url}/readyz`)).json).toMatchObject({ status: 'ready', store: 'ok' })

    process.kill(redis.pid, 'SIGKILL')
    await until(async () => (await send(`${here.url}/readyz`)).json.status === 'degraded', here)
    expect((await chat(here, { user })).served.source).toBe('memory')
    expect((await chat(here)).served).toMatchObject({ source: 'build', reason: 'store-unavailable' })
    expect((await chat(there)).answer).toBe('12 * 7 = 84')
    // Said with the first heartbeat that fails, which may still lie ahead.
    await until(async () => here.stderr.includes('the store does not answer'), here)
    expect(await here.stop()).toBe(0)
    expect(here.stderr.match(/the store does not answer/g)).toHaveLength(1)
  })

  it('starts without it, says so, and never shows its password', async () => {
    await using server = await startServer({ env: { REDIS_URL: 'redis://me:hunter2@127.0.0.1:9/0' } })
    expect(server.stdout).toContain('Redis, redis://127.0.0.1:9/0')
    expect(server.stdout).toContain('! The store does not answer.')
    expect((await chat(server)).answer).toBe('12 * 7 = 84')
    expect(await server.stop()).toBe(0)
    expect(server.stdout + server.stderr).not.toContain('hunter2')
  })

  it('does not show the password when Redis refuses it', async () => {
    await using redis = await startRedis()
    await using server = await startServer({ env: { REDIS_URL: `redis://:hunter2@127.0.0.1:${redis.port}/0` } })
    expect((await chat(server)).answer).toBe('12 * 7 = 84')
    expect(await server.stop()).toBe(0)
    expect(server.stdout + server.stderr).not.toContain('hunter2')
  })
})

describe('a server with a SQLite store that is none', () => {
  it('serves without it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rekindle-garbage-'))
    writeFileSync(join(dataDir, 'configs.sqlite'), 'no database, and long enough to be read as the header of one. '.repeat(20))
    await using server = await startServer({ dataDir })
    expect(server.stdout).toContain('! The store does not answer.')
    expect((await chat(server)).served).toMatchObject({ source: 'build', reason: 'store-unavailable' })
    expect((await send(`${server.url}/readyz`)).json).toMatchObject({ status: 'degraded', database: 'ok', store: 'down' })
    await server.stop()
    rmSync(dataDir, { recursive: true })
  })
})

describe('a server with PostgreSQL', () => {
  it('keeps its agents there, and says when it is not ready for lack of it', async () => {
    await using postgres = await startPostgres()
    const url = await postgres.createDatabase()
    const env = { DATABASE_URL: url.replace('rekindle@', 'rekindle:hunter2@'), REKINDLE_OFFLINE_PACE_MS: '10' }
    await using server = await startServer({ env })
    expect(server.stdout).toContain('PostgreSQL, postgres://127.0.0.1')
    const { user, served } = await chat(server)
    expect(served.source).toBe('build')

    const database = new PgClient(url)
    await database.connect()
    const { rows } = await database.query('select (select count(*) from agents) as agents, (select count(*) from users) as users')
    expect(rows).toEqual([{ agents: '3', users: '1' }])
    await database.end()

    using client = await WebSocketClient.open(server, {}, user)
    const sessionId = client.turn('1', 'Hello')
    await until(() => client.answer('1').length > 20)
    await postgres.stop()
    const ready = await send(`${server.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(ready.json).toMatchObject({ database: 'down', store: 'ok', error: { code: 'not-ready' } })
    expect((await send(`${server.url}/livez`)).status).toBe(200)
    // The conversation is in the database, whatever of the agent is cached.
    const refused = await chat(server, { user })
    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBe('2')
    expect(refused.json.error?.code).toBe('unavailable')
    // A turn that runs is sent to its end, and its reply kept when that can be done.
    expect(await client.outcome('1')).toEqual({ type: 'end', id: '1' })
    expect(client.chunks('1').at(-1)?.type).toBe('finish')
    expect(server.stderr).toContain('a reply could not be kept')
    await postgres.start()
    const messages = async () => (await send(`${server.url}/api/sessions/${sessionId}`, { user })).json['messages']
    await until(async () => ((await messages()) as unknown[] | undefined)?.length === 2, server)
    expect(JSON.stringify(await messages())).toContain(JSON.stringify(client.answer('1')))
    expect(await server.stop()).toBe(0)
    expect(server.stdout + server.stderr).not.toContain('hunter2')
  })
})
