import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Users, and agents with their models and tools. */
export const agents: Migration = { up }

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('display_name', 'text')
    .addColumn('locale', 'text')
    .addColumn('time_zone', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('models')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('settings', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute()
  await db.schema
    .createTable('tools')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
    .execute()
  await db.schema
    .createTable('agents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('instructions', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.references('models.id'))
    .addColumn('settings', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('max_steps', 'integer', (column) => column.notNull().defaultTo(8))
    .addColumn('reasoning', 'text')
    .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('agent_tools')
    .addColumn('agent_id', 'text', (column) => column.notNull().references('agents.id').onDelete('cascade'))
    .addColumn('tool_name', 'text', (column) => column.notNull().references('tools.name'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('options', 'text', (column) => column.notNull().defaultTo('{}'))
    .addPrimaryKeyConstraint('agent_tools_pk', ['agent_id', 'tool_name'])
    .execute()
}
