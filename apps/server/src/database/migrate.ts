import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { agents } from './migrations/0001-agents.ts'
import { production } from './migrations/0002-production.ts'
import type { AppDatabase } from './schema.ts'

/**
 * Run in the order of their names. What has been released is never edited: a change is a new migration. Each is written against
 * no schema: it must go on working when today's types have moved on.
 */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-agents': agents,
  '0002-production': production,
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
