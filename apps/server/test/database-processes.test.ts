import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'

const now = (): number => 0
let folder: string
let postgres: PostgresServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-processes-'))
  postgres = await startPostgres()
})

afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

it('lets processes that start on one SQLite file at once migrate and seed it once', async () => {
  const paths = Array.from({ length: 12 }, (_, index) => join(folder, `shared-${String(index).padStart(2, '0')}.sqlite`))
  const script = fileURLToPath(new URL('opening-process.ts', import.meta.url))
  const runs = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [script, ...paths])))
  const seeded = runs.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean))
  expect(seeded.toSorted()).toEqual(paths)
})

it('lets servers that start on one PostgreSQL database at once migrate and seed it once', async () => {
  const url = await postgres.createDatabase()
  const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url, path: 'unused', maxConnections: 2 })))
  const seeded = await Promise.all(opened.map((db, index) => seedSampleAgents(db, { model: `offline:${index}`, now })))
  expect(seeded.filter(Boolean)).toHaveLength(1)
  expect(await opened[0]?.selectFrom('models').selectAll().execute()).toHaveLength(1)
  await Promise.all(opened.map((db) => db.destroy()))
})

it('survives losing its connections to PostgreSQL while nobody uses them', async () => {
  const url = await postgres.createDatabase()
  const { promise: lost, resolve: onConnectionLost } = Promise.withResolvers<Error>()
  const db = await openDatabase({ url, path: 'unused', onConnectionLost })
  const other = await openDatabase({ url, path: 'unused' })
  const terminate = sql`pg_terminate_backend(pid)`
  await sql`select ${terminate} from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
    other,
  )
  expect(await lost).toBeInstanceOf(Error)
  expect(await db.selectFrom('agents').select('id').execute()).toEqual([])
  await Promise.all([db.destroy(), other.destroy()])
})
