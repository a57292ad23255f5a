import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import { agentCreation } from '../src/resources/agent-content.ts'
import { agentKind } from '../src/resources/agent-kind.ts'
import { mcpServerKind } from '../src/resources/mcp-server-kind.ts'
import { modelKind } from '../src/resources/model-kind.ts'
import type { ResourceKind } from '../src/resources/resource-kind.ts'
import { toolKind } from '../src/resources/tool-kind.ts'
import { admin } from './editors.ts'
import { ownerPromises } from './owner-promises.ts'
import { codeOf, ResourceWorld } from './resource-world.ts'

let folder: string
let postgres: PostgresServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-resources-'))
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  ['SQLite', async () => ({ path: join(folder, 'agents.sqlite') })],
  ['PostgreSQL', async () => ({ url: await postgres.createDatabase(), path: 'unused' })],
])('in %s', (database, place) => {
  let world: ResourceWorld
  beforeAll(async () => {
    world = await ResourceWorld.open(await place())
  })
  afterAll(() => world[Symbol.asyncDispose]())
  beforeEach(() => world.reset())

  describe('an edit', () => {
    it('makes the next version, of what it names and nothing else', async () => {
      const before = await world.find('assistant')
      const after = await world.edit('assistant', { instructions: 'Be brief.' })
      expect(after).toEqual({
        ...before,
        content: { ...before.content, instructions: 'Be brief.' },
        version: 2,
        updatedAt: '2026-03-02T00:00:00.000Z',
      })
      expect(await world.find('assistant', world.other)).toEqual(after)
      expect(await world.find('planner')).toMatchObject({ version: 1, updatedAt: '2026-03-01T00:00:00.000Z' })
    })

    it('adds a model that no agent has named before, and leaves the settings of a known one alone', async () => {
      await world.db.insertInto('models').values({ id: 'openai:known', settings: '{"temperature":1}' }).execute()
      for (const model of ['openai:new', 'openai:known']) {
        expect((await world.edit('assistant', { model })).content.model).toBe(model)
      }
      expect(await world.db.selectFrom('models').select(['id', 'settings', 'version']).orderBy('id').execute()).toEqual([
        { id: 'openai:known', settings: '{"temperature":1}', version: 1 },
        { id: 'openai:new', settings: '{}', version: 1 },
      ])
      expect((await world.edit('assistant', { model: null })).content.model).toBeNull()
    })

    it('keeps the order of tools and servers and the options of tools, and all of it reaches the config', async () => {
      for (const name of ['one', 'two']) {
        const content = { description: '', config: { url: `https://${name}.example/mcp` }, enabled: true }
        await world.change(mcpServerKind, name, { what: 'create', content })
      }
      const tools = [
        { name: 'weekday', options: { timeZone: 'Asia/Tokyo' } },
        { name: 'calculator', options: {} },
      ]
      const changes = { tools, settings: { temperature: 0 }, maxSteps: 2, reasoning: 'high' as const }
      const { content } = await world.edit('assistant', { ...changes, mcpServers: ['two', 'one'] })
      expect(content).toMatchObject({ ...changes, mcpServers: ['two', 'one'] })
      const key = { agentId: 'assistant', userId: 'nobody', reasoning: true }
      const context = { signal: new AbortController().signal, tag: () => {} }
      const config = await loadAgentConfig({ db: world.other, ...world.registry }, key, context)
      expect(config).toMatchObject({ ...changes, metadata: { agentVersion: 2 } })
      expect(Object.keys(config.mcpServers!)).toEqual(['two', 'one'])
      expect((await world.edit('assistant', { tools: [], mcpServers: [] })).content).toMatchObject({ tools: [], mcpServers: [] })
    })

    it.each([
      ['an unknown tool', 'assistant', { tools: [{ name: 'rm', options: {} }] }, {}, 'tools[0]: '],
      ['a tool that has no row', 'assistant', { tools: [{ name: 'schedule', options: {} }] }, {}, 'tools[0]: '],
      ['an unknown MCP server', 'assistant', { mcpServers: ['nowhere'] }, {}, 'mcpServers[0]: '],
      ['another version', 'assistant', { tools: [] }, { version: 7 }, 'The agent is at version 1, not 7'],
      ['no agent', 'nobody', { tools: [] }, {}, "There is no agent 'nobody'"],
    ])('changes nothing when it is refused: %s', async (_what, id, changes, options, message) => {
      await world.db.deleteFrom('agent_tools').where('tool_name', '=', 'schedule').execute()
      await world.db.deleteFrom('tools').where('name', '=', 'schedule').execute()
      const before = await world.find('assistant')
      await expect(world.edit(id, { name: 'x', model: 'openai:new', ...changes }, options)).rejects.toThrow(message)
      expect(await world.find('assistant', world.other)).toEqual(before)
      expect(await world.db.selectFrom('models').selectAll().execute()).toEqual([])
      expect(await world.db.selectFrom('versions').selectAll().execute()).toEqual([])
    })

    it('does not take from an agent the tool that it must use, nor choose one that is disabled', async () => {
      const settings = { toolChoice: { tool: 'calculator' } }
      await world.edit('assistant', { settings })
      await expect(world.edit('assistant', { tools: [] })).rejects.toThrow('settings.toolChoice.tool: ')
      expect((await world.edit('assistant', { tools: [], settings: {} })).version).toBe(3)
      await world.change(toolKind, 'calculator', { what: 'edit', changes: { enabled: false }, version: undefined })
      await expect(world.edit('data-analyst', { settings })).rejects.toThrow('settings.toolChoice.tool: ')
      // What an edit leaves alone does not stand in its way.
      const row = { settings: JSON.stringify(settings) }
      await world.db.updateTable('agents').set(row).where('id', '=', 'data-analyst').execute()
      expect((await world.edit('data-analyst', { name: 'Analyst' })).content.name).toBe('Analyst')
    })

    it('takes its turn: none of many at once is lost, and of those that have seen one version only one is saved', async () => {
      // SQLite makes a thread wait for a lock: two connections of one process would wait for each other.
      const workers = [world.db, database === 'SQLite' ? world.db : world.other]
      const turns = Array.from({ length: 20 }, (_, turn) => turn)
      const edits = turns.map((turn) => world.edit('assistant', { name: `Edit ${turn}`, tools: [] }, { on: workers[turn % 2]! }))
      const made = (await Promise.all(edits)).map(({ version }) => version)
      expect(made.toSorted((a, b) => a - b)).toEqual(turns.map((turn) => turn + 2))

      const rivals = turns.map((turn) =>
        world.edit('assistant', { name: `Rival ${turn}` }, { version: 21, on: workers[turn % 2]! }),
      )
      const codes = await Promise.all(rivals.map(codeOf))
      expect(codes.toSorted()).toEqual(['done', ...Array<string>(19).fill('version-conflict')])
      expect(await world.find('assistant')).toMatchObject({ version: 22 })
      expect((await world.versions(agentKind, 'assistant')).map(([version]) => version)).toEqual(
        Array.from({ length: 22 }, (_, at) => 22 - at),
      )
    })

    it('is seen whole or not at all', async () => {
      const variants = [
        { name: 'one', tools: [{ name: 'weekday', options: {} }] },
        { name: 'none', tools: [] },
      ]
      await world.edit('assistant', variants[0]!)
      const editing = (async () => {
        for (let count = 0; count < 30; count++) await world.edit('assistant', variants[count % 2]!)
      })()
      for (let count = 0; count < 60; count++) {
        const { content } = await world.find('assistant', world.other)
        expect(content.tools).toHaveLength(content.name === 'one' ? 1 : 0)
      }
      await editing
    })
  })

  describe('versions', () => {
    it('begin with what was there before anybody edited it', async () => {
      expect(await world.versions(agentKind, 'assistant')).toEqual([[1, 'service:database', false]])
      const { content } = await world.find('assistant')
      await world.edit('assistant', { name: 'Second' })
      expect(await world.versions(agentKind, 'assistant')).toEqual([
        [2, 'service:admin', false],
        [1, 'service:database', false],
      ])
      expect((await world.change(agentKind, 'assistant', { what: 'roll back', version: 1 })).content).toEqual(content)
    })

    it('keep what other programs have written in between', async () => {
      await world.edit('assistant', { name: 'Second' })
      await world.db.updateTable('agents').set({ name: 'By psql' }).where('id', '=', 'assistant').execute()
      expect(await world.edit('assistant', { name: 'Last' }, { version: 2 })).toMatchObject({ version: 4 })
      expect((await world.versions(agentKind, 'assistant')).slice(0, 2)).toEqual([
        [4, 'service:admin', false],
        [3, 'service:database', false],
      ])
      expect((await world.change(agentKind, 'assistant', { what: 'roll back', version: 3 })).content.name).toBe('By psql')
    })

    it('are a hundred at most', async () => {
      const content = JSON.stringify((await world.find('assistant')).content)
      const row = { kind: 'agent' as const, id: 'assistant', content, editor_id: 'ada', created_at: '' }
      const before = Array.from({ length: 99 }, (_, at) => ({ ...row, version: at + 1 }))
      await world.db.insertInto('versions').values(before).execute()
      await world.db.updateTable('agents').set({ version: 99 }).where('id', '=', 'assistant').execute()
      for (const name of ['Hundredth', 'Next', 'Last']) await world.edit('assistant', { name })
      const kept = await world.versions(agentKind, 'assistant')
      expect([kept.length, kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([100, 102, 3])
      expect(await codeOf(world.change(agentKind, 'assistant', { what: 'roll back', version: 2 }))).toBe('version-not-found')
    })

    it('can be gone back to, tools and all, as a version of its own', async () => {
      const { content } = await world.find('planner')
      await world.edit('planner', { name: 'Other', tools: [], settings: { temperature: 1 } })
      const back = await world.change(agentKind, 'planner', { what: 'roll back', version: 1 }, admin)
      expect(back).toEqual({ id: 'planner', content, version: 3, updatedAt: '2026-03-02T00:00:00.000Z' })
      expect(await world.find('planner', world.other)).toEqual(back)
      expect(await codeOf(world.change(agentKind, 'planner', { what: 'roll back', version: 9 }))).toBe('version-not-found')
    })

    it('cannot be gone back to when the server lacks what they need', async () => {
      await world.edit('planner', { tools: [] })
      await world.change(toolKind, 'schedule', { what: 'delete' })
      await expect(world.change(agentKind, 'planner', { what: 'roll back', version: 1 })).rejects.toThrow(
        'tools[3]: There is no such tool',
      )
    })
  })

  describe('what was deleted', () => {
    it('is not there, and can be brought back', async () => {
      const { content } = await world.find('planner')
      expect(await world.change(agentKind, 'planner', { what: 'delete' })).toBeUndefined()
      await expect(world.find('planner')).rejects.toThrow("no agent 'planner'")
      expect(await world.db.selectFrom('agent_tools').selectAll().where('agent_id', '=', 'planner').execute()).toEqual([])
      for (const what of ['delete', 'edit'] as const) {
        await expect(world.change(agentKind, 'planner', { what, changes: {}, version: undefined })).rejects.toThrow(
          "no agent 'planner'",
        )
      }
      expect(await world.versions(agentKind, 'planner')).toEqual([
        [2, 'service:admin', true],
        [1, 'service:database', false],
      ])
      await expect(world.change(agentKind, 'planner', { what: 'roll back', version: 2 })).rejects.toThrow('was deleted')
      expect(await world.change(agentKind, 'planner', { what: 'roll back', version: 1 })).toMatchObject({ content, version: 3 })
    })

    it('leaves its versions to another one of its name, which none is given twice', async () => {
      await world.change(agentKind, 'planner', { what: 'delete' })
      expect(await world.make({ id: 'planner' })).toMatchObject({ version: 3 })
      expect(await codeOf(world.make({ id: 'planner' }))).toBe('already-exists')
    })

    it('was in nobody’s use', async () => {
      await world.edit('assistant', { model: 'openai:gpt-x' })
      const server = { description: '', config: { url: 'https://crm.example/mcp' }, enabled: true }
      await world.change(mcpServerKind, 'crm', { what: 'create', content: server })
      await world.edit('assistant', { mcpServers: ['crm'] })
      for (const [kind, id, users] of [
        [modelKind, 'openai:gpt-x', ['assistant']],
        [toolKind, 'calculator', ['assistant', 'data-analyst']],
        [mcpServerKind, 'crm', ['assistant']],
      ] as const) {
        const problem = { status: 409, code: 'in-use', usedBy: users }
        await expect(world.change(kind as ResourceKind, id, { what: 'delete' })).rejects.toMatchObject({ problem })
      }
      await world.edit('assistant', { model: null, mcpServers: [], tools: [] })
      await world.edit('data-analyst', { tools: [] })
      for (const [kind, id] of [
        [modelKind, 'openai:gpt-x'],
        [toolKind, 'calculator'],
        [mcpServerKind, 'crm'],
      ] as const) {
        expect(await world.change(kind as ResourceKind, id, { what: 'delete' })).toBeUndefined()
        expect(await world.change(kind as ResourceKind, id, { what: 'roll back', version: 1 })).toMatchObject({ version: 3 })
      }
    })

    it('is one of two that were made at once', async () => {
      const workers = [world.db, database === 'SQLite' ? world.db : world.other]
      const { content } = agentKind.begin(agentCreation.parse({ name: 'New', instructions: 'Help.' }), {
        identity: admin,
        registry: world.registry,
      })
      const made = workers.map((on) => codeOf(world.change(agentKind, 'twin', { what: 'create', content }, admin, on)))
      expect((await Promise.all(made)).toSorted()).toEqual(['already-exists', 'done'])
    })
  })

  ownerPromises(() => world)
})
