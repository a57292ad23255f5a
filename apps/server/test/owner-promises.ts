import { beforeEach, describe, expect, it } from 'vitest'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import type { Identity } from '../src/identity/identity.ts'
import { agentKind } from '../src/resources/agent-kind.ts'
import { modelKind } from '../src/resources/model-kind.ts'
import type { ResourceKind } from '../src/resources/resource-kind.ts'
import { toolKind } from '../src/resources/tool-kind.ts'
import { ada, admin, eve } from './editors.ts'
import { codeOf } from './resource-world.ts'
import type { ResourceWorld } from './resource-world.ts'

/** What holds of whose something is, in every database. */
export function ownerPromises(worldOf: () => ResourceWorld): void {
  let world: ResourceWorld
  beforeEach(() => {
    world = worldOf()
  })

  describe('an agent of one user', () => {
    const own = { name: 'Mine', instructions: 'Only for me.' }

    it('is theirs, and does not exist for others', async () => {
      const { id, content } = await world.make(own, ada)
      expect(content.ownerId).toBe('ada')
      expect((await world.edit(id, { name: 'Still mine' }, { identity: ada })).version).toBe(2)
      for (const what of [
        { what: 'edit', changes: { name: 'x' }, version: 99 },
        { what: 'roll back', version: 1 },
        { what: 'delete' },
      ] as const) {
        await expect(world.change(agentKind, id, what, eve)).rejects.toThrow(`There is no agent '${id}'`)
      }
      const list = async (identity: Identity) =>
        JSON.stringify(await agentKind.list(world.db, { identity, registry: world.registry }))
      expect([await list(ada), await list(admin), await list(eve)].map((text) => text.includes('Still mine'))).toEqual([
        true,
        true,
        false,
      ])

      const load = (userId: string) =>
        loadAgentConfig(
          { db: world.db, ...world.registry },
          { agentId: id, userId, reasoning: false },
          { signal: AbortSignal.timeout(5_000), tag() {} },
        )
      expect(await load('ada')).toMatchObject({ instructions: 'Only for me.' })
      for (const userId of ['eve', 'service:admin']) await expect(load(userId)).rejects.toThrow(`There is no agent '${id}'`)

      await world.change(agentKind, id, { what: 'delete' }, ada)
      await expect(world.change(agentKind, id, { what: 'roll back', version: 1 }, eve)).rejects.toThrow(
        `There is no agent '${id}'`,
      )
      expect((await world.change(agentKind, id, { what: 'roll back', version: 1 }, ada)).content.name).toBe('Mine')
    })

    it('is shared, or given to somebody else, by admins alone', async () => {
      const { id } = await world.make(own, ada)
      for (const ownerId of [null, 'eve']) {
        expect(await codeOf(world.edit(id, { ownerId }, { identity: ada }))).toBe('forbidden')
        expect(await codeOf(world.make({ ownerId }, ada))).toBe('forbidden')
      }
      expect(await codeOf(world.make({ shared: true }, ada))).toBe('forbidden')
      expect((await world.edit(id, { ownerId: 'ada', name: 'Same' }, { identity: ada })).content.name).toBe('Same')
      expect((await world.edit(id, { ownerId: null })).content.ownerId).toBeNull()
      expect(await codeOf(world.edit(id, { name: 'x' }, { identity: ada }))).toBe('forbidden')
      // An old version says what it was, not whose it is.
      expect((await world.change(agentKind, id, { what: 'roll back', version: 1 })).content).toMatchObject({
        name: 'Mine',
        ownerId: null,
      })
      expect((await world.make({ shared: true })).content.ownerId).toBeNull()
      expect((await world.make({ ownerId: 'eve' })).content.ownerId).toBe('eve')
    })

    it('has an id that its user did not choose, and only models that are set up', async () => {
      expect(() => world.make({ id: 'mine' }, ada)).toThrow('Only admins choose ids.')
      expect((await world.make(own, ada)).id).not.toBe((await world.make(own, ada)).id)
      await expect(world.make({ model: 'openai:most-expensive' }, ada)).rejects.toThrow('model: ')
      await world.change(modelKind, 'openai:cheap', { what: 'create', content: { settings: {} } })
      expect((await world.make({ model: 'openai:cheap' }, ada)).content.model).toBe('openai:cheap')
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
      await world.db.insertInto('agents').values(rows).execute()
      const { id } = await world.make(own, ada)
      expect(await codeOf(world.make(own, ada))).toBe('too-many-agents')
      await world.change(agentKind, id, { what: 'delete' }, ada)
      await world.make(own, ada)
      expect(await codeOf(world.change(agentKind, id, { what: 'roll back', version: 1 }, ada))).toBe('too-many-agents')
      expect((await world.make(own, eve)).content.ownerId).toBe('eve')
    })
  })

  it('only admins change models, tools and MCP servers', async () => {
    await world.change(modelKind, 'openai:x', { what: 'create', content: { settings: {} } })
    for (const [kind, id] of [
      [modelKind, 'openai:x'],
      [toolKind, 'calculator'],
    ] as const) {
      for (const what of [
        { what: 'edit', changes: {}, version: 1 },
        { what: 'roll back', version: 1 },
        { what: 'delete' },
      ] as const) {
        expect(await codeOf(world.change(kind as ResourceKind, id, what, ada))).toBe('forbidden')
      }
    }
    expect(await codeOf(world.change(modelKind, 'openai:y', { what: 'create', content: { settings: {} } }, ada))).toBe(
      'forbidden',
    )
  })
}
