import { z } from 'zod'
import { parseJsonObject } from '../database/json-column.ts'
import { assertModelUsable, assertSettingsUsable } from './agent-usable.ts'
import { jsonObject, modelId, standing } from './fields.ts'
import { notFound } from './not-found.ts'
import type { ResourceKind } from './resource-kind.ts'
import { readResources } from './resource-rows.ts'

const settings = jsonObject(20_000).describe('How the model is called, for all agents that have it.')
const content = z.strictObject({ settings: settings.default({}) })
type ModelContent = z.output<typeof content>

const creation = z.strictObject({ id: modelId, settings: settings.default({}) })
const shown = z.object({ id: z.string(), settings: z.record(z.string(), z.unknown()), ...standing })

export const modelKind: ResourceKind<ModelContent, 'models', z.output<typeof creation>> = {
  kind: 'model',
  path: 'models',
  one: 'model',
  noun: 'model',
  article: 'a',
  plural: 'models',
  table: 'models',
  key: 'id',
  creation,
  content,
  changes: z.strictObject({ settings }).partial(),
  shown,
  listed: z.object({
    models: z.array(shown),
    known: z.array(z.string()).describe('Names of the providers that are set up.'),
    defaultModel: z.string().describe('Of agents that name none.'),
  }),

  adminsOnly: true,
  maySee: () => true,
  mayEdit: ({ role }) => role === 'admin',
  notFound: (id) => notFound(modelKind, id),

  begin({ id, ...given }, { registry }) {
    assertModelUsable(id, registry.providers, 'id')
    return { id, content: given }
  },
  toRow: ({ settings: kept }) => ({ settings: JSON.stringify(kept) }),
  fromRow: ({ id, settings: kept }) => ({ settings: parseJsonObject(kept, `models.settings of ${id}`) }),

  show: ({ id, content: { settings: kept }, version, updatedAt }) => ({ id, settings: kept, version, updatedAt }),
  list: async (db, editor) => ({
    models: (await readResources(db, modelKind)).map((model) => modelKind.show(model, editor)),
    known: Object.keys(editor.registry.providers),
    defaultModel: editor.registry.defaultModel,
  }),

  async assertUsable(_id, changes) {
    if (changes.settings !== undefined) await assertSettingsUsable(changes.settings)
  },
  async usedBy(transaction, id) {
    const rows = await transaction.selectFrom('agents').select('id').where('model', '=', id).orderBy('id').execute()
    return rows.map((row) => row.id)
  },
  invalidates: (id) => ({ tags: [`model:${id}`] }),
}
