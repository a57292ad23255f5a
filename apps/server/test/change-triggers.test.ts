import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeChannel, installChangeTriggers } from '../src/changes/change-triggers.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { ensureUser } from '../src/database/users.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { until } from './server-process.ts'

const now = (): number => Date.UTC(2026, 2, 1)

let postgres: PostgresServer
let db: AppDatabase
let client: Client
let payloads: string[] = []
beforeAll(async () => {
  postgres = await startPostgres()
  const url = await postgres.createDatabase()
  db = await openDatabase({ url, path: 'unused', maxConnections: 1 })
  await seedSampleAgents(db, { model: null, now })
  await Promise.all([installChangeTriggers(url), installChangeTriggers(url)])
  client = new Client(url)
  await client.connect()
  client.on('notification', ({ payload = '' }) => payloads.push(payload))
  await client.query(`listen ${changeChannel}`)
})
afterAll(async () => {
  await client?.end()
  await db?.destroy()
  await postgres?.[Symbol.asyncDispose]()
})

/** What has been told since the last call: a mark shows that there is no more to come. */
async function told(): Promise<unknown[]> {
  await client.query(`notify ${changeChannel}, 'mark'`)
  await until(() => payloads.at(-1) === 'mark')
  const said = payloads.slice(0, -1)
  payloads = []
  return said.map((payload): unknown => JSON.parse(payload))
}

describe('a change of the database tells what it invalidates', () => {
  it.each([
    ["update agents set name = 'x' where id = 'planner'", [{ agentId: 'planner' }]],
    ["update agent_tools set options = '{\"a\":1}' where agent_id = 'assistant'", [{ agentId: 'assistant' }]],
    ["delete from agent_tools where agent_id = 'planner' and tool_name = 'weekday'", [{ agentId: 'planner' }]],
    ["insert into models values ('a:b', '{}')", [{ tags: ['model:a:b'] }]],
    ["update tools set enabled = 0 where name = 'calculator'", [{ tags: ['tool:calculator'] }]],
    ["insert into mcp_servers values ('crm', '', '{}', 1, 1, '')", [{ tags: ['mcp:crm'] }]],
    ["insert into agent_mcp_servers values ('planner', 'crm', 0)", [{ agentId: 'planner' }]],
    ["update mcp_servers set enabled = 0 where name = 'crm'", [{ tags: ['mcp:crm'] }]],
    ["update agents set owner_id = 'ada' where id = 'planner'", [{ agentId: 'planner' }]],
    ["insert into versions values ('agent', 'planner', 1, null, 'ada', '')", []],
    ["insert into users (id, created_at) values ('u', 'then')", []],
    ["update users set created_at = 'now' where id = 'u'", []],
    ["update users set locale = 'de' where id = 'u'", [{ userId: 'u' }]],
    ["delete from users where id = 'u'", [{ userId: 'u' }]],
    ['truncate users', ['all']],
  ])('%s', async (statement, targets) => {
    await client.query(statement)
    expect(await told()).toEqual(targets)
  })

  it('and a user whom a worker meets for the first time is none: the agent it builds next is new', async () => {
    await ensureUser(db, { id: 'visitor', displayName: 'Ada', timeZone: 'Europe/Berlin' }, now)
    await ensureUser(db, { id: 'visitor' }, now)
    expect(await told()).toEqual([])
  })
})
