import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import type { AppDatabase } from './schema.ts'

/** Run in the order of their names. What has been released is never edited: a change is a new migration. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-agents': { up: createAgentTables },
}

/**
 * Runs the migrations this database has not seen, all or none. Processes that start together take turns (an advisory lock in
 * PostgreSQL, the write lock in SQLite), and those who come later find nothing to do.
 */
export async function migrate(db: AppDatabase): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed = results?.find((result) => result.status === 'Error')
  const what = failed ? `Migration ${failed.migrationName} failed` : 'The database could not be migrated'
  throw new Error(`${what}: ${error instanceof Error ? error.message : 'no reason was given'}`, { cause: error })
}

/** Written against no schema: a migration must go on working when today's types have moved on. */
async function createAgentTables(db: Kysely<unknown>): Promise<void> {
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
