import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from 'rekindle/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import { startProxy } from '../../../packages/rekindle/test/tcp-proxy.ts'
import { edit, warm } from './editing-client.ts'
import { chat } from './http-client.ts'
import { startServer, until } from './server-process.ts'

/** Where nothing listens. */
const nowhere = 9

let dataDir: string
/** A worker that is there, and never reports. */
async function addPhantom(): Promise<AsyncDisposable> {
  const connection = sqliteStore({ path: join(dataDir, 'configs.sqlite') }).connect('rekindle-server')
  await connection.sync({ history: 'none', clock: 0 }, { worker: 'phantom', presentForMs: 60_000 })
  return { [Symbol.asyncDispose]: () => connection.close() }
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rekindle-editing-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

describe('an edit that the store does not take', () => {
  it('is saved, concerns this worker at once, and the others as soon as the store can be told', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using here = await startServer({ dataDir, env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } })
    await using there = await startServer({ dataDir, env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` } })
    const { user, fingerprint: old } = await warm(here, 1)
    expect((await warm(there, 1, user)).fingerprint).toBe(old)

    proxy.redirect(nowhere)
    const { status, json } = await edit(here, { instructions: 'Be brief.' })
    expect({ status, ...json }).toEqual({
      status: 200,
      agent: expect.objectContaining({ version: 2 }) as object,
      confirmed: false,
    })
    const { fingerprint } = (await chat(here, { user })).served
    expect(fingerprint).not.toBe(old)
    expect((await chat(there, { user })).served).toMatchObject({ source: 'memory', fingerprint: old })

    proxy.redirect(redis.port)
    await until(async () => (await chat(there, { user })).served.fingerprint === fingerprint, here)
    await until(() => here.stderr.includes('the store has been told of an edit now'))
    expect((await edit(here, { instructions: 'Be very brief.' })).json.confirmed).toBe(true)
    expect(await here.stop()).toBe(0)
    expect(here.stderr.match(/the store was not told of an edit/g)).toHaveLength(1)
  })

  it('is in the log when the server stops before the store could be told', async () => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.port)
    await using server = await startServer({ dataDir, env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } })
    await warm(server, 1)
    proxy.redirect(nowhere)
    expect((await edit(server, { instructions: 'Be brief.' })).json.confirmed).toBe(false)
    expect(await server.stop()).toBe(0)
    expect(server.stderr).toMatch(/"targets":\[\{"agentId":"assistant"\}\].*the store was not told of edits/)
  })
})

describe('an edit that a worker does not confirm', () => {
  it('is saved, and names the worker', async () => {
    await using server = await startServer({ dataDir })
    const { user, fingerprint } = await warm(server, 1)
    await using _phantom = await addPhantom()
    const { status, json } = await edit(server, { instructions: 'Be brief.' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ agent: { version: 2 }, confirmed: false, unconfirmed: ['phantom'] })
    expect((await chat(server, { user })).served.fingerprint).not.toBe(fingerprint)
    expect(server.stderr).toMatch(/"workers":\["phantom"\].*workers have not confirmed an edit/)
    expect(await server.stop()).toBe(0)
  })

  it('is waited for by a server that stops', async () => {
    await using server = await startServer({ dataDir, env: { REKINDLE_LOG: 'info' } })
    await warm(server, 1)
    await using _phantom = await addPhantom()
    const reply = edit(server, { instructions: 'Be brief.' })
    await until(() => server.stderr.includes('a change was saved'))
    server.signal('SIGTERM')
    expect(await reply).toMatchObject({ status: 200, json: { confirmed: false, unconfirmed: ['phantom'] } })
    expect(await server.exited).toBe(0)
  })

  it('is confirmed all the same when that worker has died', async () => {
    await using server = await startServer({ dataDir, env: { REKINDLE_WORKERS: '2' } })
    const { user, fingerprint, workers } = await warm(server, 2)
    const [victim] = workers
    process.kill(victim!, 'SIGKILL')
    await until(() => server.stderr.includes('was ended by SIGKILL'))
    expect((await edit(server, { instructions: 'Be brief.' })).json.confirmed).toBe(true)
    for (let turn = 0; turn < 8; turn++) expect((await chat(server, { user })).served.fingerprint).not.toBe(fingerprint)
  })
})
