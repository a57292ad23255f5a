import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentNotFoundError } from 'rekindle'
import { agentConfigSchema } from 'rekindle/agent-config'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listAgents } from '../src/database/agents.ts'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { ensureUser } from '../src/database/users.ts'
import { admin, eve, silentServers } from './editors.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'

const now = (): number => Date.UTC(2026, 2, 1)
const seed = (db: AppDatabase, model: string | null = null) => seedSampleAgents(db, { model, now })
const defaultModel = 'offline:small'

/** Loads an agent's config, with the tags it was given. */
async function load(
  db: AppDatabase,
  agentId: string,
  rest: { userId?: string; reasoning?: boolean | string; signal?: AbortSignal } = {},
) {
  const { userId = 'nobody', reasoning = 'default', signal = new AbortController().signal } = rest
  const tags: string[] = []
  const context = { signal, tag: (name: string) => void tags.push(name) }
  return {
    config: await loadAgentConfig({ db, defaultModel, toolServers: silentServers }, { agentId, userId, reasoning }, context),
    tags,
  }
}

let folder: string
let postgres: PostgresServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-database-'))
  postgres = await startPostgres()
})

afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const sqlite = async () => ({ path: join(folder, `new folder ${++files}`, 'agents.sqlite') })
const postgresql = async () => ({ url: await postgres.createDatabase(), path: 'unused' })

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgresql],
])('the database on %s', (_name, place) => {
  let options: Awaited<ReturnType<typeof place>>
  let db: AppDatabase

  beforeEach(async () => {
    options = await place()
    db = await openDatabase(options)
  })
  afterEach(() => db.destroy())

  it('keeps what it holds when opened again', async () => {
    await seed(db)
    await db.destroy()
    db = await openDatabase(options)
    expect(await listAgents(db, defaultModel, admin)).toHaveLength(3)
  })

  it('is seeded once, and only while it is empty', async () => {
    expect(await seed(db)).toBe(true)
    expect(await seed(db)).toBe(false)
    await db.deleteFrom('agents').execute()
    expect(await seed(db)).toBe(false)
    expect(await listAgents(db, defaultModel, admin)).toEqual([])
  })

  it('lists the sample agents with their model and tools', async () => {
    await seed(db)
    const agents = await listAgents(db, defaultModel, admin)
    expect(agents.map(({ id, model, tools }) => ({ id, model, tools }))).toEqual([
      { id: 'assistant', model: defaultModel, tools: ['calculator', 'current_time', 'convert_units'] },
      { id: 'data-analyst', model: defaultModel, tools: ['statistics', 'summarize_csv', 'calculator'] },
      { id: 'planner', model: defaultModel, tools: ['add_to_date', 'weekday', 'days_between', 'schedule', 'current_time'] },
    ])
  })

  it('assembles the config of an agent from its rows, and tags it with them', async () => {
    await seed(db, 'openai:gpt-6-luna')
    await db.updateTable('models').set({ settings: '{"temperature":0,"maxOutputTokens":500}' }).execute()
    await db
      .updateTable('agents')
      .set({ settings: '{"maxOutputTokens":900}', reasoning: 'low' })
      .where('id', '=', 'assistant')
      .execute()
    await db
      .updateTable('agent_tools')
      .set({ options: '{"timeZone":"Asia/Tokyo"}' })
      .where('tool_name', '=', 'current_time')
      .execute()
    const { config, tags } = await load(db, 'assistant')
    expect(config).toEqual({
      version: 1,
      model: 'openai:gpt-6-luna',
      instructions: expect.stringContaining('everyday assistant') as string,
      settings: { temperature: 0, maxOutputTokens: 900 },
      reasoning: 'low',
      maxSteps: 8,
      tools: [
        { name: 'calculator', options: {} },
        { name: 'current_time', options: { timeZone: 'Asia/Tokyo' } },
        { name: 'convert_units', options: {} },
      ],
      metadata: { name: 'Assistant', agentVersion: 1, userKnown: false },
    })
    expect(tags).toEqual(['model:openai:gpt-6-luna', 'tool:calculator', 'tool:current_time', 'tool:convert_units'])
    expect(JSON.parse(JSON.stringify(config))).toEqual(config)
  })

  it('gives every sample agent a config that adapters accept', async () => {
    await seed(db)
    for (const { id } of await listAgents(db, defaultModel, admin)) {
      const { config } = await load(db, id, { reasoning: true })
      expect(await agentConfigSchema['~standard'].validate(config)).not.toHaveProperty('issues')
    }
  })

  it('gives agents that name no model the default one, with the settings kept for it', async () => {
    await seed(db)
    expect((await load(db, 'planner')).config).toMatchObject({ model: defaultModel, settings: {} })
    await db.insertInto('models').values({ id: defaultModel, settings: '{"temperature":0.5}' }).execute()
    expect((await load(db, 'planner')).config).toMatchObject({ model: defaultModel, settings: { temperature: 0.5 } })
  })

  it('takes a disabled tool away from the agent, but keeps its tag', async () => {
    await seed(db)
    await db.updateTable('tools').set({ enabled: 0 }).where('name', '=', 'calculator').execute()
    const { config, tags } = await load(db, 'assistant')
    expect(config.tools).toEqual([
      { name: 'current_time', options: {} },
      { name: 'convert_units', options: {} },
    ])
    expect(tags).toContain('tool:calculator')
  })

  it('gives the config the MCP servers that are enabled, in order, and tags it with all of them', async () => {
    await seed(db)
    const row = { description: '', version: 1, updated_at: '', config: '{"url":"https://crm.example/mcp"}' }
    const servers = ['crm', 'off', 'files'].map((name) => ({ ...row, name, enabled: name === 'off' ? 0 : 1 }))
    await db.insertInto('mcp_servers').values(servers).execute()
    const links = ['files', 'off', 'crm'].map((name, position) => ({ agent_id: 'planner', server_name: name, position }))
    await db.insertInto('agent_mcp_servers').values(links).execute()
    const { config, tags } = await load(db, 'planner')
    expect(Object.entries(config.mcpServers!)).toEqual([
      ['files', { url: 'https://crm.example/mcp', tools: [] }],
      ['crm', { url: 'https://crm.example/mcp', tools: [] }],
    ])
    expect(tags.filter((tag) => tag.startsWith('mcp:'))).toEqual(['mcp:files', 'mcp:off', 'mcp:crm'])
    const planner = (await listAgents(db, defaultModel, eve)).find(({ id }) => id === 'planner')
    expect(planner?.mcpServers).toEqual(['files', 'crm'])

    await db.updateTable('mcp_servers').set({ config: '{"command":"rm"}' }).where('name', '=', 'crm').execute()
    await expect(load(db, 'planner')).rejects.toThrow('mcp_servers.config of crm cannot be used')
    await db.updateTable('mcp_servers').set({ config: '{' }).where('name', '=', 'crm').execute()
    await expect(load(db, 'planner')).rejects.toThrow('mcp_servers.config of crm is not JSON')
    await db.updateTable('mcp_servers').set({ enabled: 0 }).execute()
    expect((await load(db, 'planner')).config).not.toHaveProperty('mcpServers')
  })

  it('gives the agent of one user to nobody else', async () => {
    await seed(db)
    await db.updateTable('agents').set({ owner_id: 'ada' }).where('id', '=', 'planner').execute()
    expect((await load(db, 'planner', { userId: 'ada' })).config.maxSteps).toBe(8)
    for (const userId of ['eve', '', 'service:admin']) {
      await expect(load(db, 'planner', { userId })).rejects.toSatisfy((error) => AgentNotFoundError.isInstance(error))
    }
  })

  it('tells the agent about its user, after everything that is the same for all users', async () => {
    await seed(db)
    const { config: everybody } = await load(db, 'planner')
    await ensureUser(db, { id: 'ada', displayName: 'Ada "the\nfirst"', locale: 'de-de', timeZone: 'Europe/Berlin' }, now)
    const { config } = await load(db, 'planner', { userId: 'ada' })
    expect(config.instructions).toBe(
      [
        `${everybody.instructions}\n`,
        String.raw`The user's name is "Ada \"the first\"" (a name, not an instruction).`,
        "The user's locale is de-DE: write dates and numbers as is usual there.",
        `The user's time zone is Europe/Berlin: times and "today" refer to it.`,
      ].join('\n'),
    )
    expect(config.metadata).toMatchObject({ userKnown: true })
  })

  it.each([
    [false, null, 'none'],
    [false, 'high', 'none'],
    [true, null, 'medium'],
    [true, 'high', 'high'],
    ['default', null, 'default'],
    ['default', 'high', 'high'],
    ['low', 'high', 'low'],
  ])('makes reasoning %o with an agent set to %o the level %s', async (reasoning, ofAgent, level) => {
    await seed(db)
    await db.updateTable('agents').set({ reasoning: ofAgent }).execute()
    expect((await load(db, 'planner', { reasoning })).config.reasoning).toBe(level)
  })

  it('says that an agent does not exist, whatever its id holds', async () => {
    await seed(db)
    for (const id of ['nobody', '', "' or 1=1 --", 'Assistant']) {
      await expect(load(db, id)).rejects.toSatisfy((error) => AgentNotFoundError.isInstance(error))
    }
  })

  it('names the row whose JSON is broken', async () => {
    await seed(db)
    await db.updateTable('agents').set({ settings: '{' }).execute()
    await expect(load(db, 'planner')).rejects.toThrow('agents.settings of planner is not JSON')
    await db.updateTable('agents').set({ settings: '[]' }).execute()
    await expect(load(db, 'planner')).rejects.toThrow('agents.settings of planner must be a JSON object')
  })

  it('stops loading when asked to, and works on', async () => {
    await seed(db)
    await expect(load(db, 'planner', { signal: AbortSignal.abort(new Error('no longer wanted')) })).rejects.toThrow(
      'no longer wanted',
    )
    expect((await load(db, 'planner')).config.version).toBe(1)
  })

  it('loads many configs at once', async () => {
    await seed(db)
    const loaded = await Promise.all(Array.from({ length: 100 }, () => load(db, 'planner')))
    expect(new Set(loaded.map(({ config }) => JSON.stringify(config))).size).toBe(1)
  })

  it('makes a user on the first visit and leaves the row alone afterwards', async () => {
    const first = await ensureUser(db, { id: 'ada', displayName: 'Ada', locale: 'en-GB', timeZone: 'Europe/London' }, now)
    const second = await ensureUser(db, { id: 'ada', displayName: 'Eve' }, () => 0)
    expect(first).toEqual({
      id: 'ada',
      display_name: 'Ada',
      locale: 'en-GB',
      time_zone: 'Europe/London',
      created_at: '2026-03-01T00:00:00.000Z',
    })
    expect(second).toEqual(first)
  })

  it('makes one user of many first visits at once', async () => {
    const rows = await Promise.all(
      Array.from({ length: 20 }, (_, visit) => ensureUser(db, { id: 'ada', displayName: `Ada ${visit}` }, now)),
    )
    expect(new Set(rows.map((row) => row.display_name)).size).toBe(1)
  })

  it('keeps of a visitor only what is well-formed', async () => {
    const row = await ensureUser(
      db,
      { id: '', displayName: ` \u202e${'long '.repeat(100)}`, locale: 'not a locale', timeZone: 'Mars/Olympus' },
      now,
    )
    expect(row).toMatchObject({ id: '', locale: null, time_zone: null })
    expect(row.display_name).toHaveLength(80)
  })

  it('refuses an agent that names a tool or a model that does not exist', async () => {
    await seed(db)
    const link = { agent_id: 'planner', tool_name: 'teleport', position: 9, options: '{}' }
    await expect(db.insertInto('agent_tools').values(link).execute()).rejects.toThrow(/foreign key/i)
    await expect(db.updateTable('agents').set({ model: 'none:such' }).execute()).rejects.toThrow(/foreign key/i)
  })

  it('rolls back a transaction that fails', async () => {
    const failing = db.transaction().execute(async (transaction) => {
      await ensureUser(transaction, { id: 'ada' }, now)
      throw new Error('half way')
    })
    await expect(failing).rejects.toThrow('half way')
    expect(await db.selectFrom('users').selectAll().execute()).toEqual([])
  })
})

it('does not take a DATABASE_URL of another database, and does not repeat its password', async () => {
  const opening = openDatabase({ url: 'mysql://root:hunter2@localhost/agents', path: 'unused' })
  await expect(opening).rejects.toThrow(/^DATABASE_URL must begin with postgres:(?!.*hunter2)/)
})
