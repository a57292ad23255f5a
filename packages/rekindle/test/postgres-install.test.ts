import { Client, Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { InvalidOptionsError } from '../src/errors.ts'
import { type ChangeRule, installTriggers, removeTriggers } from '../src/postgres/index.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
let url: string
let client: Client

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  url = await server.createDatabase()
  client = await connect()
  await client.query('CREATE TABLE agents (id text, name text, made timestamptz); CREATE TABLE tools (agent_id text)')
  return () => client.end()
})

async function connect(): Promise<Client> {
  const another = new Client(url)
  await another.connect()
  return another
}

const agentRule: ChangeRule = { table: 'agents', invalidates: { agentId: 'id' } }
const toolRule: ChangeRule = { table: 'tools', invalidates: { agentId: 'agent_id' } }

/** All triggers, as `table.trigger`, and how many functions they have. */
async function installed(): Promise<{ triggers: string[]; functions: number }> {
  const triggers = await client.query<{ name: string }>(
    "SELECT tgrelid::regclass || '.' || tgname AS name FROM pg_trigger WHERE NOT tgisinternal ORDER BY name",
  )
  const functions = await client.query("SELECT FROM pg_proc WHERE prorettype = 'trigger'::regtype AND proname LIKE 'rekindle%'")
  return { triggers: triggers.rows.map(({ name }) => name), functions: functions.rows.length }
}

const triggersOf = (table: string, channel = 'rekindle') =>
  ['delete', 'insert', 'truncate', 'update'].map((event) => `${table}.rekindle_${channel}_${event}`)

/** What a client that listens is told by `work`. */
async function told(channel: string, work: () => Promise<unknown>): Promise<string[]> {
  const listener = await connect()
  const payloads: string[] = []
  listener.on('notification', ({ payload = '' }) => payloads.push(payload))
  await listener.query(`LISTEN ${channel}`)
  await work()
  await client.query(`NOTIFY ${channel}, 'end'`)
  await expect.poll(() => payloads.at(-1), { timeout: 10_000, interval: 2 }).toBe('end')
  await listener.end()
  return payloads.slice(0, -1)
}

describe('installTriggers', () => {
  test('creates what the rules ask for, with a schema or without', async () => {
    await client.query('CREATE SCHEMA other; CREATE TABLE other.models (id int)')
    await installTriggers(client, { rules: [agentRule, { table: 'other.models', tags: ['model:{id}'] }] })
    expect(await installed()).toEqual({ triggers: [...triggersOf('agents'), ...triggersOf('other.models')], functions: 2 })
  })

  test('drops what no rule asks for any more, and replaces what has changed', async () => {
    await installTriggers(client, { rules: [agentRule, toolRule] })
    await installTriggers(client, { rules: [{ table: 'agents', tags: ['agent:{name}'] }] })
    expect(await installed()).toEqual({ triggers: triggersOf('agents'), functions: 1 })
    const payloads = await told('rekindle', () => client.query("INSERT INTO agents VALUES ('a', 'x')"))
    expect(payloads.map((payload): unknown => JSON.parse(payload))).toEqual([{ tags: ['agent:x'] }])
  })

  test('creates no trigger for an event that counts to no rule, and drops one that no longer does', async () => {
    await installTriggers(client, { rules: [agentRule, toolRule] })
    const inserts = { ...agentRule, events: ['insert'] } as const
    await installTriggers(client, { rules: [inserts, { table: 'agents', tags: ['x'], events: ['delete'] }] })
    const some = triggersOf('agents').filter((name) => !name.endsWith('update'))
    expect(await installed()).toEqual({ triggers: some, functions: 1 })
    expect(await told('rekindle', () => client.query("INSERT INTO agents VALUES ('a')"))).toEqual(['{"agentId": "a"}'])
    await installTriggers(client, { rules: [inserts, agentRule] })
    expect(await installed()).toEqual({ triggers: triggersOf('agents'), functions: 1 })
  })

  test('of several processes at once, all succeed', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, connect))
    await Promise.all(clients.map((each) => installTriggers(each, { rules: [toolRule, agentRule] })))
    await Promise.all(clients.map((each, n) => installTriggers(each, { rules: n % 2 === 0 ? [agentRule] : [toolRule] })))
    await Promise.all(clients.map((each) => each.end()))
    expect((await installed()).functions).toBe(1)
    expect((await installed()).triggers).toHaveLength(4)
  })

  test('finds its work done: it then waits for nobody, and writes nothing', async () => {
    await installTriggers(client, { rules: [agentRule] })
    const writer = await connect()
    await writer.query("BEGIN; INSERT INTO agents VALUES ('a'); LOCK TABLE pg_proc IN SHARE MODE")
    await installTriggers(client, { rules: [agentRule] })
    await writer.query('COMMIT')
    await writer.end()
  })

  test('mends what was disabled, dropped or put on another table’s function', async () => {
    await installTriggers(client, { rules: [agentRule, toolRule] })
    await client.query(
      'ALTER TABLE agents DISABLE TRIGGER rekindle_rekindle_insert; DROP TRIGGER rekindle_rekindle_delete ON agents',
    )
    await client.query('ALTER TABLE tools RENAME TO tools_of_agents')
    await installTriggers(client, { rules: [agentRule, { ...toolRule, table: 'tools_of_agents' }] })
    expect(await installed()).toEqual({ triggers: [...triggersOf('agents'), ...triggersOf('tools_of_agents')], functions: 2 })
    const insert = "INSERT INTO agents VALUES ('a'); INSERT INTO tools_of_agents VALUES ('b')"
    expect(await told('rekindle', () => client.query(insert))).toEqual(['{"agentId": "a"}', '{"agentId": "b"}'])
  })

  test('leaves nothing behind when a rule is wrong', async () => {
    const rules = [agentRule, { table: 'missing', tags: ['x'] }]
    await expect(installTriggers(client, { rules })).rejects.toThrow(InvalidOptionsError)
    expect(await installed()).toEqual({ triggers: [], functions: 0 })
    // The connection can be used.
    await installTriggers(client, { rules: [agentRule] })
  })

  test('is part of the transaction that is open on the client, and of no other', async () => {
    await client.query('BEGIN')
    await client.query('CREATE TABLE new (id int)')
    await installTriggers(client, { rules: [agentRule, { table: 'new', tags: ['new:{id}'] }] })
    await client.query('ROLLBACK')
    expect(await installed()).toEqual({ triggers: [], functions: 0 })

    await client.query('BEGIN')
    await installTriggers(client, { rules: [agentRule] })
    await client.query('COMMIT')
    expect((await installed()).functions).toBe(1)
  })

  test('does not touch another channel, nor the application’s own triggers', async () => {
    await client.query(`CREATE FUNCTION rekindle_own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER own AFTER INSERT ON agents EXECUTE FUNCTION rekindle_own()`)
    await installTriggers(client, { rules: [agentRule], channel: 'sales' })
    await installTriggers(client, { rules: [toolRule], channel: 'sales_2' })
    await installTriggers(client, { rules: [], channel: 'sales' })
    expect((await installed()).triggers).toEqual(['agents.own', ...triggersOf('tools', 'sales_2')])
    expect(await told('sales_2', () => client.query("INSERT INTO tools VALUES ('a')"))).toEqual(['{"agentId": "a"}'])
  })

  test('wants one connection: a pool is refused', async () => {
    const pool = new Pool({ connectionString: url })
    // @ts-expect-error: a pool is no client.
    await expect(installTriggers(pool, { rules: [agentRule] })).rejects.toThrow('pool.connect()')
    const checkedOut = await pool.connect()
    await installTriggers(checkedOut, { rules: [agentRule] })
    checkedOut.release()
    await pool.end()
  })
})

describe('removeTriggers', () => {
  test('leaves nothing of the channel behind', async () => {
    await installTriggers(client, { rules: [agentRule, toolRule] })
    await client.query(
      'CREATE SCHEMA other; ALTER TABLE tools SET SCHEMA other; ALTER FUNCTION ' +
        (await functionOf('agents')) +
        ' SET SCHEMA other',
    )
    await removeTriggers(client)
    expect(await installed()).toEqual({ triggers: [], functions: 0 })
    await removeTriggers(client)
  })

  async function functionOf(table: string): Promise<string> {
    const { rows } = await client.query<{ name: string }>(
      "SELECT DISTINCT tgfoid::regprocedure::text AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname LIKE 'rekindle%'",
      [table],
    )
    return rows[0]!.name
  }
})

describe('a rule that will not do is named', () => {
  const invalid: [string, unknown, RegExp][] = [
    ['rules', 'agents', /a list/],
    ['rules[0]', null, /an object/],
    ['rules[0].table', {}, /a name/],
    ['rules[0].table', { table: '' }, /a name/],
    ['rules[0].table', { table: 'a\0b' }, /a name/],
    ['rules[0].table', { table: '.agents' }, /schema\.table/],
    ['rules[0].table', { table: 'public.' }, /schema\.table/],
    ['rules[0].schema', { table: 'agents', schema: 5 }, /a name/],
    ['rules[0]', { table: 'agents' }, /invalidates nothing/],
    ['rules[0].invalidates', { table: 'agents', invalidates: {} }, /at least one field/],
    ['rules[0].invalidates', { table: 'agents', invalidates: 'some' }, /'all'/],
    ['rules[0].invalidates', { table: 'agents', invalidates: { reasoning: 'id' } }, /agentId, userId, sessionId/],
    ['rules[0].invalidates.agentId', { table: 'agents', invalidates: { agentId: 5 } }, /a name/],
    ['rules[0].tags', { table: 'agents', tags: 'x' }, /a list/],
    ['rules[0].tags[1]', { table: 'agents', tags: ['x', 'model:{id'] }, /a brace is written twice/],
    ['rules[0].tags[0]', { table: 'agents', tags: ['{}'] }, /a brace is written twice/],
    ['rules[0].tags[0]', { table: 'agents', tags: ['\ud800'] }, /must be a tag/],
    [
      'rules[0].events',
      { ...agentRule, events: 'insert' },
      /a list of at least one of 'insert', 'update', 'delete'; got 'insert'/,
    ],
    ['rules[0].events', { ...agentRule, events: [] }, /a list of at least one of/],
    ['rules[0].events', { ...agentRule, events: null }, /a list of at least one of/],
    [
      'rules[0].events[1]',
      { ...agentRule, events: ['insert', 'TRUNCATE'] },
      /one of 'insert', 'update', 'delete'; got 'TRUNCATE'/,
    ],
    ['rules[0].events[0]', { ...agentRule, events: [undefined] }, /one of 'insert'/],
    ['rules[0].ignoreColumns', { ...agentRule, ignoreColumns: 'name' }, /a list/],
    ['rules[0].ignoreColumns[0]', { ...agentRule, ignoreColumns: ['id'] }, /says what the rule invalidates/],
    ['rules[0].table', { table: 'missing', tags: ['x'] }, /there is no table "missing" in the connection's search_path/],
    ['rules[0].table', { table: 'Agents', tags: ['x'] }, /there is no table "Agents"/],
    ['rules[0].table', { table: 'missing.agents', tags: ['x'] }, /there is no table "missing"."agents"/],
    ['rules[0].table', { table: 'pg_catalog.pg_tables', tags: ['x'] }, /is no table/],
    ['rules[0].invalidates.agentId', { table: 'agents', invalidates: { agentId: 'ID' } }, /there are 'id', 'name', 'made'/],
    ['rules[0].tags[0]', { table: 'agents', tags: ['{missing}'] }, /column 'missing'/],
    ['rules[0].ignoreColumns[0]', { ...agentRule, ignoreColumns: ['missing'] }, /column 'missing'/],
    ['rules[0].invalidates.userId', { table: 'agents', invalidates: { userId: 'made' } }, /no one text/],
  ]

  test.each(invalid)('%s of %j', async (option, rule, message) => {
    const rules = (option === 'rules' ? rule : [rule]) as ChangeRule[]
    const error: unknown = await installTriggers(client, { rules }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'REKINDLE_INVALID_OPTIONS', option, message: expect.stringMatching(message) })
  })

  test.each(['', 'Upper', '1st', 'a-b', 'x'.repeat(33), 5])('channel %j', async (channel) => {
    const error: unknown = await removeTriggers(client, { channel: channel as string }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'REKINDLE_INVALID_OPTIONS', option: 'channel' })
  })
})
