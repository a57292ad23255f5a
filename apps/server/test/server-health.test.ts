import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import type { RedisServer } from '../../../packages/rekindle/test/redis-server.ts'
import { send } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

let redis: RedisServer
let postgres: PostgresServer
let server: ServerProcess
let databaseUrl: string
const stopped = new Set<number>()

beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  databaseUrl = await postgres.createDatabase()
  server = await startServer({ env: { DATABASE_URL: databaseUrl, REDIS_URL: `redis://127.0.0.1:${redis.port}` } })
})
afterAll(async () => {
  resume()
  await server?.[Symbol.asyncDispose]()
  await postgres?.[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

/** Processes that answer nothing more, and close nothing either. */
function stop(pids: readonly number[]): void {
  for (const pid of pids) {
    process.kill(pid, 'SIGSTOP')
    stopped.add(pid)
  }
}

function resume(): void {
  for (const pid of stopped) process.kill(pid, 'SIGCONT')
  stopped.clear()
}

/** PostgreSQL has a process for each connection. */
async function processesOfPostgres(): Promise<number[]> {
  const client = new Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where pid <> pg_backend_pid()
     union select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int`,
  )
  await client.end()
  return rows.map(({ pid }) => pid)
}

async function readiness() {
  const began = performance.now()
  const { status, json } = await send(`${server.url}/readyz`, { user: null })
  return { status, state: json.status, ms: performance.now() - began }
}

it('finds a store that hangs in time, is ready without it, and asks it no more for each probe', async () => {
  expect(await readiness()).toMatchObject({ status: 200, state: 'ready' })
  stop([redis.pid])
  await until(async () => {
    const { state, ms } = await readiness()
    expect(ms).toBeLessThan(1_500)
    return state === 'degraded'
  }, server)
  const began = performance.now()
  for (let probe = 0; probe < 20; probe++) expect(await readiness()).toMatchObject({ status: 200, state: 'degraded' })
  expect(performance.now() - began).toBeLessThan(3_000)
  resume()
  await until(async () => (await readiness()).state === 'ready', server)
})

it('finds a database that hangs in time, is not ready without it, and lives', async () => {
  expect(await readiness()).toMatchObject({ status: 200, state: 'ready' })
  stop(await processesOfPostgres())
  await until(async () => {
    const { state, ms } = await readiness()
    expect(ms).toBeLessThan(2_000)
    return state === 'not-ready'
  }, server)
  const began = performance.now()
  for (let probe = 0; probe < 20; probe++) expect(await readiness()).toMatchObject({ status: 503, state: 'not-ready' })
  expect(performance.now() - began).toBeLessThan(3_000)
  expect((await send(`${server.url}/livez`, { user: null })).status).toBe(200)
  resume()
  await until(async () => (await readiness()).state === 'ready', server)
})
