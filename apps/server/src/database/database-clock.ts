import { PostgresAdapter, sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { AppDatabase } from './schema.ts'

/** Milliseconds since 1970 by the database's clock: one for all workers, on whichever machines. */
export function databaseNow(db: AppDatabase): RawBuilder<number> {
  return db.getExecutor().adapter instanceof PostgresAdapter
    ? sql<number>`(extract(epoch from now()) * 1000)::bigint`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
}
