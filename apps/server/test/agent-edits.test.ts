import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findAgent } from '../src/database/agent-details.ts'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import { saveEdit } from '../src/database/save-edit.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { createTools, describeTools } from '../src/tools/tool-registry.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'

const seeded = Date.UTC(2026, 2, 1)
const now = (): number => Date.UTC(2026, 2, 2)
const toolDescriptions = describeTools(createTools({ now }))

let folder: string
let postgres: PostgresServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-edits-'))
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const sqlite = async () => ({ path: join(folder, `agents-${++files}.sqlite`) })
const postgresql = async () => ({ url: await postgres.createDatabase(), path: 'unused' })

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgresql],
])('an edit in %s', (name, place) => {
  let db: AppDatabase
  /** Another worker's. */
  let other: AppDatabase
  beforeEach(async () => {
    const options = await place()
    db = await openDatabase(options)
    await seedSampleAgents(db, { model: null, toolDescriptions, now: () => seeded })
    other = await openDatabase(options)
  })
  afterEach(() => Promise.all([db.destroy(), other.destroy()]))

  it('makes the next version, of what it names and nothing else', async () => {
    const before = await findAgent(db, 'assistant')
    const after = await saveEdit(db, 'assistant', { instructions: 'Be brief.' }, now)
    expect(after).toEqual({ ...before, instructions: 'Be brief.', version: 2, updatedAt: '2026-03-02T00:00:00.000Z' })
    expect(await findAgent(other, 'assistant')).toEqual(after)
    expect(await findAgent(db, 'planner')).toMatchObject({ version: 1, updatedAt: '2026-03-01T00:00:00.000Z' })
  })

  it('adds a model that no agent has named before, and leaves the settings of a known one alone', async () => {
    await db.insertInto('models').values({ id: 'openai:known', settings: '{"temperature":1}' }).execute()
    for (const model of ['openai:new', 'openai:known']) {
      expect((await saveEdit(db, 'assistant', { model }, now)).model).toBe(model)
    }
    expect(await db.selectFrom('models').selectAll().orderBy('id').execute()).toEqual([
      { id: 'openai:known', settings: '{"temperature":1}' },
      { id: 'openai:new', settings: '{}' },
    ])
    expect((await saveEdit(db, 'assistant', { model: null }, now)).model).toBeNull()
  })

  it('keeps the order and the options of tools, and all of it reaches the config', async () => {
    const tools = [
      { name: 'weekday', options: { timeZone: 'Asia/Tokyo' } },
      { name: 'calculator', options: {} },
    ]
    const edit = { tools, settings: { temperature: 0 }, maxSteps: 2, reasoning: 'high' as const }
    expect(await saveEdit(db, 'assistant', edit, now)).toMatchObject(edit)
    const key = { agentId: 'assistant', userId: 'nobody', reasoning: true }
    const context = { signal: new AbortController().signal, tag: () => {} }
    const config = await loadAgentConfig({ db: other, defaultModel: 'offline:small' }, key, context)
    expect(config).toMatchObject({ ...edit, metadata: { agentVersion: 2 } })
    expect((await saveEdit(db, 'assistant', { tools: [] }, now)).tools).toEqual([])
  })

  it.each([
    ['an unknown tool', 'assistant', { name: 'x', model: 'openai:new', tools: [{ name: 'rm', options: {} }] }, 'tools[0]: '],
    [
      'another version',
      'assistant',
      { name: 'x', model: 'openai:new', tools: [], version: 7 },
      'The agent is at version 1, not 7',
    ],
    ['no agent', 'nobody', { name: 'x', model: 'openai:new', tools: [] }, "There is no agent 'nobody'"],
  ])('changes nothing when it is refused: %s', async (_what, id, edit, message) => {
    const before = await findAgent(db, 'assistant')
    await expect(saveEdit(db, id, edit, now)).rejects.toThrow(message)
    expect(await findAgent(other, 'assistant')).toEqual(before)
    expect(await db.selectFrom('models').selectAll().execute()).toEqual([])
  })

  it('does not take from an agent the tool that it must use, nor choose one that is disabled', async () => {
    const settings = { toolChoice: { tool: 'calculator' } }
    await saveEdit(db, 'assistant', { settings }, now)
    await expect(saveEdit(db, 'assistant', { tools: [] }, now)).rejects.toThrow('settings.toolChoice.tool: ')
    expect((await saveEdit(db, 'assistant', { tools: [], settings: {} }, now)).version).toBe(3)
    await db.updateTable('tools').set({ enabled: 0 }).where('name', '=', 'calculator').execute()
    await expect(saveEdit(db, 'data-analyst', { settings }, now)).rejects.toThrow('settings.toolChoice.tool: ')
    // What an edit leaves alone does not stand in its way.
    await db
      .updateTable('agents')
      .set({ settings: JSON.stringify(settings) })
      .where('id', '=', 'data-analyst')
      .execute()
    expect((await saveEdit(db, 'data-analyst', { name: 'Analyst' }, now)).version).toBe(2)
  })

  it('takes its turn: none of many at once is lost, and of those that have seen one version only one is saved', async () => {
    // SQLite makes a thread wait for a lock: two connections of one process would wait for each other.
    const workers = [db, name === 'SQLite' ? db : other]
    const turns = Array.from({ length: 20 }, (_, turn) => turn)
    const edits = turns.map((turn) => saveEdit(workers[turn % 2]!, 'assistant', { name: `Edit ${turn}`, tools: [] }, now))
    const versions = (await Promise.all(edits)).map(({ version }) => version)
    expect(versions.toSorted((a, b) => a - b)).toEqual(turns.map((turn) => turn + 2))

    const rivals = turns.map((turn) => saveEdit(workers[turn % 2]!, 'assistant', { name: `Rival ${turn}`, version: 21 }, now))
    const outcomes = await Promise.allSettled(rivals)
    const [winner, ...rest] = outcomes.filter(({ status }) => status === 'fulfilled')
    expect(rest).toEqual([])
    expect(winner).toMatchObject({ value: await findAgent(db, 'assistant') })
    expect(await findAgent(db, 'assistant')).toMatchObject({ version: 22 })
  })

  it('is seen whole or not at all', async () => {
    const variants = [
      { name: 'one', tools: [{ name: 'weekday', options: {} }] },
      { name: 'none', tools: [] },
    ]
    await saveEdit(db, 'assistant', variants[0]!, now)
    const editing = (async () => {
      for (let count = 0; count < 30; count++) await saveEdit(db, 'assistant', variants[count % 2]!, now)
    })()
    for (let count = 0; count < 60; count++) {
      const seen = await findAgent(other, 'assistant')
      expect(seen.tools).toHaveLength(seen.name === 'one' ? 1 : 0)
    }
    await editing
  })
})
