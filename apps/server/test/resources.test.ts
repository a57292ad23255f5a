import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import type { Identity } from '../src/identity/identity.ts'
import type { RequestError } from '../src/problem.ts'
import { agentCreation } from '../src/resources/agent-content.ts'
import type { AgentContent } from '../src/resources/agent-content.ts'
import { agentKind } from '../src/resources/agent-kind.ts'
import { mcpServerKind } from '../src/resources/mcp-server-kind.ts'
import { modelKind } from '../src/resources/model-kind.ts'
import type { Changes, Registry, Resource, ResourceKind } from '../src/resources/resource-kind.ts'
import { findResource } from '../src/resources/resource-rows.ts'
import { saveChange } from '../src/resources/save-change.ts'
import type { Change } from '../src/resources/save-change.ts'
import { toolKind } from '../src/resources/tool-kind.ts'
import { listVersions } from '../src/resources/versions.ts'
import { ada, admin, eve, registryForTests } from './editors.ts'

const seeded = Date.UTC(2026, 2, 1)
const now = (): number => Date.UTC(2026, 2, 2)

let folder: string
let postgres: PostgresServer
let registry: Registry
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-resources-'))
  registry = await registryForTests()
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const sqlite = async () => ({ path: join(folder, `agents-${++files}.sqlite`) })
const postgresql = async () => ({ url: await postgres.createDatabase(), path: 'unused' })

/** The code of a refusal. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: RequestError & { code?: string }) => error.problem?.code ?? error.code ?? error.message,
  )

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgresql],
])('in %s', (database, place) => {
  let db: AppDatabase
  /** Another worker's. */
  let other: AppDatabase
  beforeAll(async () => {
    const options = await place()
    db = await openDatabase(options)
    other = await openDatabase(options)
  })
  afterAll(() => Promise.all([db.destroy(), other.destroy()]))
  beforeEach(async () => {
    for (const table of ['versions', 'agents', 'models', 'tools', 'mcp_servers'] as const) await db.deleteFrom(table).execute()
    await seedSampleAgents(db, { model: null, now: () => seeded })
  })

  async function change<Content extends object>(
    kind: ResourceKind<Content>,
    id: string,
    what: Change<Content>,
    identity: Identity = admin,
    on: AppDatabase = db,
  ): Promise<Resource<Content>> {
    return (await saveChange(on, kind, id, what, { identity, registry }, now))!
  }
  const edit = (
    id: string,
    changes: Changes<AgentContent>,
    { version, identity, on }: { version?: number; identity?: Identity; on?: AppDatabase } = {},
  ) => change(agentKind, id, { what: 'edit', changes, version }, identity, on)
  const find = (id: string, on = db) => findResource(on, agentKind, id)

  /** Makes an agent, as a client asks for it. */
  const make = (given: object, identity: Identity = admin) => {
    const { id, content } = agentKind.begin(agentCreation.parse({ name: 'New', instructions: 'Help.', ...given }), {
      identity,
      registry,
    })
    return change(agentKind, id, { what: 'create', content }, identity)
  }
  const versions = async (kind: ResourceKind, id: string) => {
    const current = await findResource(db, kind, id).catch(() => undefined)
    return (await listVersions(db, kind, id, current)).map(({ version, editorId, deleted }) => [version, editorId, deleted])
  }

  describe('an edit', () => {
    it('makes the next version, of what it names and nothing else', async () => {
      const before = await find('assistant')
      const after = await edit('assistant', { instructions: 'Be brief.' })
      expect(after).toEqual({
        ...before,
        content: { ...before.content, instructions: 'Be brief.' },
        version: 2,
        updatedAt: '2026-03-02T00:00:00.000Z',
      })
      expect(await find('assistant', other)).toEqual(after)
      expect(await find('planner')).toMatchObject({ version: 1, updatedAt: '2026-03-01T00:00:00.000Z' })
    })

    it('adds a model that no agent has named before, and leaves the settings of a known one alone', async () => {
      await db.insertInto('models').values({ id: 'openai:known', settings: '{"temperature":1}' }).execute()
      for (const model of ['openai:new', 'openai:known']) {
        expect((await edit('assistant', { model })).content.model).toBe(model)
      }
      expect(await db.selectFrom('models').select(['id', 'settings', 'version']).orderBy('id').execute()).toEqual([
        { id: 'openai:known', settings: '{"temperature":1}', version: 1 },
        { id: 'openai:new', settings: '{}', version: 1 },
      ])
      expect((await edit('assistant', { model: null })).content.model).toBeNull()
    })

    it('keeps the order of tools and servers and the options of tools, and all of it reaches the config', async () => {
      for (const name of ['one', 'two']) {
        const content = { description: '', config: { url: `https://${name}.example/mcp` }, enabled: true }
        await change(mcpServerKind, name, { what: 'create', content })
      }
      const tools = [
        { name: 'weekday', options: { timeZone: 'Asia/Tokyo' } },
        { name: 'calculator', options: {} },
      ]
      const changes = { tools, settings: { temperature: 0 }, maxSteps: 2, reasoning: 'high' as const }
      const { content } = await edit('assistant', { ...changes, mcpServers: ['two', 'one'] })
      expect(content).toMatchObject({ ...changes, mcpServers: ['two', 'one'] })
      const key = { agentId: 'assistant', userId: 'nobody', reasoning: true }
      const context = { signal: new AbortController().signal, tag: () => {} }
      const config = await loadAgentConfig({ db: other, ...registry }, key, context)
      expect(config).toMatchObject({ ...changes, metadata: { agentVersion: 2 } })
      expect(Object.keys(config.mcpServers!)).toEqual(['two', 'one'])
      expect((await edit('assistant', { tools: [], mcpServers: [] })).content).toMatchObject({ tools: [], mcpServers: [] })
    })

    it.each([
      ['an unknown tool', 'assistant', { tools: [{ name: 'rm', options: {} }] }, {}, 'tools[0]: '],
      ['a tool that has no row', 'assistant', { tools: [{ name: 'schedule', options: {} }] }, {}, 'tools[0]: '],
      ['an unknown MCP server', 'assistant', { mcpServers: ['nowhere'] }, {}, 'mcpServers[0]: '],
      ['another version', 'assistant', { tools: [] }, { version: 7 }, 'The agent is at version 1, not 7'],
      ['no agent', 'nobody', { tools: [] }, {}, "There is no agent 'nobody'"],
    ])('changes nothing when it is refused: %s', async (_what, id, changes, options, message) => {
      await db.deleteFrom('agent_tools').where('tool_name', '=', 'schedule').execute()
      await db.deleteFrom('tools').where('name', '=', 'schedule').execute()
      const before = await find('assistant')
      await expect(edit(id, { name: 'x', model: 'openai:new', ...changes }, options)).rejects.toThrow(message)
      expect(await find('assistant', other)).toEqual(before)
      expect(await db.selectFrom('models').selectAll().execute()).toEqual([])
      expect(await db.selectFrom('versions').selectAll().execute()).toEqual([])
    })

    it('does not take from an agent the tool that it must use, nor choose one that is disabled', async () => {
      const settings = { toolChoice: { tool: 'calculator' } }
      await edit('assistant', { settings })
      await expect(edit('assistant', { tools: [] })).rejects.toThrow('settings.toolChoice.tool: ')
      expect((await edit('assistant', { tools: [], settings: {} })).version).toBe(3)
      await change(toolKind, 'calculator', { what: 'edit', changes: { enabled: false }, version: undefined })
      await expect(edit('data-analyst', { settings })).rejects.toThrow('settings.toolChoice.tool: ')
      // What an edit leaves alone does not stand in its way.
      const row = { settings: JSON.stringify(settings) }
      await db.updateTable('agents').set(row).where('id', '=', 'data-analyst').execute()
      expect((await edit('data-analyst', { name: 'Analyst' })).content.name).toBe('Analyst')
    })

    it('takes its turn: none of many at once is lost, and of those that have seen one version only one is saved', async () => {
      // SQLite makes a thread wait for a lock: two connections of one process would wait for each other.
      const workers = [db, database === 'SQLite' ? db : other]
      const turns = Array.from({ length: 20 }, (_, turn) => turn)
      const edits = turns.map((turn) => edit('assistant', { name: `Edit ${turn}`, tools: [] }, { on: workers[turn % 2]! }))
      const made = (await Promise.all(edits)).map(({ version }) => version)
      expect(made.toSorted((a, b) => a - b)).toEqual(turns.map((turn) => turn + 2))

      const rivals = turns.map((turn) => edit('assistant', { name: `Rival ${turn}` }, { version: 21, on: workers[turn % 2]! }))
      const codes = await Promise.all(rivals.map(codeOf))
      expect(codes.toSorted()).toEqual(['done', ...Array<string>(19).fill('version-conflict')])
      expect(await find('assistant')).toMatchObject({ version: 22 })
      expect((await versions(agentKind, 'assistant')).map(([version]) => version)).toEqual(
        Array.from({ length: 22 }, (_, at) => 22 - at),
      )
    })

    it('is seen whole or not at all', async () => {
      const variants = [
        { name: 'one', tools: [{ name: 'weekday', options: {} }] },
        { name: 'none', tools: [] },
      ]
      await edit('assistant', variants[0]!)
      const editing = (async () => {
        for (let count = 0; count < 30; count++) await edit('assistant', variants[count % 2]!)
      })()
      for (let count = 0; count < 60; count++) {
        const { content } = await find('assistant', other)
        expect(content.tools).toHaveLength(content.name === 'one' ? 1 : 0)
      }
      await editing
    })
  })

  describe('versions', () => {
    it('begin with what was there before anybody edited it', async () => {
      expect(await versions(agentKind, 'assistant')).toEqual([[1, 'service:database', false]])
      const { content } = await find('assistant')
      await edit('assistant', { name: 'Second' })
      expect(await versions(agentKind, 'assistant')).toEqual([
        [2, 'service:admin', false],
        [1, 'service:database', false],
      ])
      expect((await change(agentKind, 'assistant', { what: 'roll back', version: 1 })).content).toEqual(content)
    })

    it('keep what other programs have written in between', async () => {
      await edit('assistant', { name: 'Second' })
      await db.updateTable('agents').set({ name: 'By psql' }).where('id', '=', 'assistant').execute()
      expect(await edit('assistant', { name: 'Last' }, { version: 2 })).toMatchObject({ version: 4 })
      expect((await versions(agentKind, 'assistant')).slice(0, 2)).toEqual([
        [4, 'service:admin', false],
        [3, 'service:database', false],
      ])
      expect((await change(agentKind, 'assistant', { what: 'roll back', version: 3 })).content.name).toBe('By psql')
    })

    it('are a hundred at most', async () => {
      const content = JSON.stringify((await find('assistant')).content)
      const row = { kind: 'agent' as const, id: 'assistant', content, editor_id: 'ada', created_at: '' }
      const before = Array.from({ length: 99 }, (_, at) => ({ ...row, version: at + 1 }))
      await db.insertInto('versions').values(before).execute()
      await db.updateTable('agents').set({ version: 99 }).where('id', '=', 'assistant').execute()
      for (const name of ['Hundredth', 'Next', 'Last']) await edit('assistant', { name })
      const kept = await versions(agentKind, 'assistant')
      expect([kept.length, kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([100, 102, 3])
      expect(await codeOf(change(agentKind, 'assistant', { what: 'roll back', version: 2 }))).toBe('version-not-found')
    })

    it('can be gone back to, tools and all, as a version of its own', async () => {
      const { content } = await find('planner')
      await edit('planner', { name: 'Other', tools: [], settings: { temperature: 1 } })
      const back = await change(agentKind, 'planner', { what: 'roll back', version: 1 }, admin)
      expect(back).toEqual({ id: 'planner', content, version: 3, updatedAt: '2026-03-02T00:00:00.000Z' })
      expect(await find('planner', other)).toEqual(back)
      expect(await codeOf(change(agentKind, 'planner', { what: 'roll back', version: 9 }))).toBe('version-not-found')
    })

    it('cannot be gone back to when the server lacks what they need', async () => {
      await edit('planner', { tools: [] })
      await change(toolKind, 'schedule', { what: 'delete' })
      await expect(change(agentKind, 'planner', { what: 'roll back', version: 1 })).rejects.toThrow(
        'tools[3]: There is no such tool',
      )
    })
  })

  describe('what was deleted', () => {
    it('is not there, and can be brought back', async () => {
      const { content } = await find('planner')
      expect(await change(agentKind, 'planner', { what: 'delete' })).toBeUndefined()
      await expect(find('planner')).rejects.toThrow("no agent 'planner'")
      expect(await db.selectFrom('agent_tools').selectAll().where('agent_id', '=', 'planner').execute()).toEqual([])
      for (const what of ['delete', 'edit'] as const) {
        await expect(change(agentKind, 'planner', { what, changes: {}, version: undefined })).rejects.toThrow(
          "no agent 'planner'",
        )
      }
      expect(await versions(agentKind, 'planner')).toEqual([
        [2, 'service:admin', true],
        [1, 'service:database', false],
      ])
      await expect(change(agentKind, 'planner', { what: 'roll back', version: 2 })).rejects.toThrow('was deleted')
      expect(await change(agentKind, 'planner', { what: 'roll back', version: 1 })).toMatchObject({ content, version: 3 })
    })

    it('leaves its versions to another one of its name, which none is given twice', async () => {
      await change(agentKind, 'planner', { what: 'delete' })
      expect(await make({ id: 'planner' })).toMatchObject({ version: 3 })
      expect(await codeOf(make({ id: 'planner' }))).toBe('already-exists')
    })

    it('was in nobody’s use', async () => {
      await edit('assistant', { model: 'openai:gpt-x' })
      const server = { description: '', config: { url: 'https://crm.example/mcp' }, enabled: true }
      await change(mcpServerKind, 'crm', { what: 'create', content: server })
      await edit('assistant', { mcpServers: ['crm'] })
      for (const [kind, id, users] of [
        [modelKind, 'openai:gpt-x', ['assistant']],
        [toolKind, 'calculator', ['assistant', 'data-analyst']],
        [mcpServerKind, 'crm', ['assistant']],
      ] as const) {
        const problem = { status: 409, code: 'in-use', usedBy: users }
        await expect(change(kind as ResourceKind, id, { what: 'delete' })).rejects.toMatchObject({ problem })
      }
      await edit('assistant', { model: null, mcpServers: [], tools: [] })
      await edit('data-analyst', { tools: [] })
      for (const [kind, id] of [
        [modelKind, 'openai:gpt-x'],
        [toolKind, 'calculator'],
        [mcpServerKind, 'crm'],
      ] as const) {
        expect(await change(kind as ResourceKind, id, { what: 'delete' })).toBeUndefined()
        expect(await change(kind as ResourceKind, id, { what: 'roll back', version: 1 })).toMatchObject({ version: 3 })
      }
    })

    it('is one of two that were made at once', async () => {
      const workers = [db, database === 'SQLite' ? db : other]
      const { content } = agentKind.begin(agentCreation.parse({ name: 'New', instructions: 'Help.' }), {
        identity: admin,
        registry,
      })
      const made = workers.map((on) => codeOf(change(agentKind, 'twin', { what: 'create', content }, admin, on)))
      expect((await Promise.all(made)).toSorted()).toEqual(['already-exists', 'done'])
    })
  })

  describe('an agent of one user', () => {
    const own = { name: 'Mine', instructions: 'Only for me.' }

    it('is theirs, and does not exist for others', async () => {
      const { id, content } = await make(own, ada)
      expect(content.ownerId).toBe('ada')
      expect((await edit(id, { name: 'Still mine' }, { identity: ada })).version).toBe(2)
      for (const what of [
        { what: 'edit', changes: { name: 'x' }, version: 99 },
        { what: 'roll back', version: 1 },
        { what: 'delete' },
      ] as const) {
        await expect(change(agentKind, id, what, eve)).rejects.toThrow(`There is no agent '${id}'`)
      }
      const list = async (identity: Identity) => JSON.stringify(await agentKind.list(db, { identity, registry }))
      expect([await list(ada), await list(admin), await list(eve)].map((text) => text.includes('Still mine'))).toEqual([
        true,
        true,
        false,
      ])

      const load = (userId: string) =>
        loadAgentConfig(
          { db, ...registry },
          { agentId: id, userId, reasoning: false },
          { signal: AbortSignal.timeout(5_000), tag() {} },
        )
      expect(await load('ada')).toMatchObject({ instructions: 'Only for me.' })
      for (const userId of ['eve', 'service:admin']) await expect(load(userId)).rejects.toThrow(`There is no agent '${id}'`)

      await change(agentKind, id, { what: 'delete' }, ada)
      await expect(change(agentKind, id, { what: 'roll back', version: 1 }, eve)).rejects.toThrow(`There is no agent '${id}'`)
      expect((await change(agentKind, id, { what: 'roll back', version: 1 }, ada)).content.name).toBe('Mine')
    })

    it('is shared, or given to somebody else, by admins alone', async () => {
      const { id } = await make(own, ada)
      for (const ownerId of [null, 'eve']) {
        expect(await codeOf(edit(id, { ownerId }, { identity: ada }))).toBe('forbidden')
        expect(await codeOf(make({ ownerId }, ada))).toBe('forbidden')
      }
      expect(await codeOf(make({ shared: true }, ada))).toBe('forbidden')
      expect((await edit(id, { ownerId: 'ada', name: 'Same' }, { identity: ada })).content.name).toBe('Same')
      expect((await edit(id, { ownerId: null })).content.ownerId).toBeNull()
      expect(await codeOf(edit(id, { name: 'x' }, { identity: ada }))).toBe('forbidden')
      // An old version says what it was, not whose it is.
      expect((await change(agentKind, id, { what: 'roll back', version: 1 })).content).toMatchObject({
        name: 'Mine',
        ownerId: null,
      })
      expect((await make({ shared: true })).content.ownerId).toBeNull()
      expect((await make({ ownerId: 'eve' })).content.ownerId).toBe('eve')
    })

    it('has an id that its user did not choose, and only models that are set up', async () => {
      expect(() => make({ id: 'mine' }, ada)).toThrow('Only admins choose ids.')
      expect((await make(own, ada)).id).not.toBe((await make(own, ada)).id)
      await expect(make({ model: 'openai:most-expensive' }, ada)).rejects.toThrow('model: ')
      await change(modelKind, 'openai:cheap', { what: 'create', content: { settings: {} } })
      expect((await make({ model: 'openai:cheap' }, ada)).content.model).toBe('openai:cheap')
    })

    it('is one of a hundred at most', async () => {
      const row = {
        ...own,
        description: '',
        model: null,
        settings: '{}',
        max_steps: 1,
        reasoning: null,
        version: 1,
        updated_at: '',
      }
      const rows = Array.from({ length: 99 }, (_, at) => ({ ...row, id: `own-${at}`, owner_id: 'ada' }))
      await db.insertInto('agents').values(rows).execute()
      const { id } = await make(own, ada)
      expect(await codeOf(make(own, ada))).toBe('too-many-agents')
      await change(agentKind, id, { what: 'delete' }, ada)
      await make(own, ada)
      expect(await codeOf(change(agentKind, id, { what: 'roll back', version: 1 }, ada))).toBe('too-many-agents')
      expect((await make(own, eve)).content.ownerId).toBe('eve')
    })
  })

  it('only admins change models, tools and MCP servers', async () => {
    await change(modelKind, 'openai:x', { what: 'create', content: { settings: {} } })
    for (const [kind, id] of [
      [modelKind, 'openai:x'],
      [toolKind, 'calculator'],
    ] as const) {
      for (const what of [
        { what: 'edit', changes: {}, version: 1 },
        { what: 'roll back', version: 1 },
        { what: 'delete' },
      ] as const) {
        expect(await codeOf(change(kind as ResourceKind, id, what, ada))).toBe('forbidden')
      }
    }
    expect(await codeOf(change(modelKind, 'openai:y', { what: 'create', content: { settings: {} } }, ada))).toBe('forbidden')
  })
})
