import type { Kysely } from 'kysely'
import type { AppDatabase } from '../database/schema.ts'
import type { Resource, ResourceKind, ResourceTable } from './resource-kind.ts'

/** What the tables of all kinds have in common. */
interface Row {
  id: string
  name: string
  version: number
  updated_at: string
}

/** The same database, of whose tables only that is known: which of them is meant is known at run time alone. */
function tablesOf(db: AppDatabase): Kysely<Record<ResourceTable, Row>> {
  return db as unknown as Kysely<Record<ResourceTable, Row>>
}

/** One as it is now, with the rows that belong to it; in a transaction, all of one moment. */
export async function readResource<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
): Promise<Resource<Content> | undefined> {
  const query = tablesOf(transaction).selectFrom(kind.table).selectAll()
  const row = await query.where(kind.key, '=', id).executeTakeFirst()
  return row && resourceOf(transaction, kind, row)
}

/** The same for who changes nothing. Throws what `kind.notFound` gives. */
export async function findResource<Content extends object>(
  db: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
): Promise<Resource<Content>> {
  // One snapshot: never the row of one version with the tools of another.
  const transaction = db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read')
  const resource = await transaction.execute((snapshot) => readResource(snapshot, kind, id))
  if (resource === undefined) throw kind.notFound(id)
  return resource
}

/** All of a kind, by their ids. */
export async function readResources<Content extends object>(
  db: AppDatabase,
  kind: ResourceKind<Content>,
): Promise<Resource<Content>[]> {
  const rows = await tablesOf(db).selectFrom(kind.table).selectAll().orderBy(kind.key).execute()
  return Promise.all(rows.map((row) => resourceOf(db, kind, row)))
}

async function resourceOf<Content extends object>(
  db: AppDatabase,
  kind: ResourceKind<Content>,
  row: Row,
): Promise<Resource<Content>> {
  const content = await kind.fromRow(row as unknown as Parameters<typeof kind.fromRow>[0], db)
  return { id: row[kind.key], content, version: row.version, updatedAt: row.updated_at }
}

/** Until the transaction ends nobody else changes the row, if there is one; in SQLite nobody changes anything anyway. */
export async function lockRow(transaction: AppDatabase, { table, key }: ResourceKind, id: string): Promise<void> {
  const update = tablesOf(transaction)
    .updateTable(table)
    .set((row) => ({ version: row.ref('version') }))
  await update.where(key, '=', id).execute()
}

/** Resolves to whether it was made: somebody else may have made one of that id in the same moment. */
export async function insertResource<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  { id, content, version, updatedAt }: Resource<Content>,
): Promise<boolean> {
  const row = { ...kind.toRow(content), [kind.key]: id, version, updated_at: updatedAt } as unknown as Row
  const insert = tablesOf(transaction).insertInto(kind.table).values(row)
  const inserted = await insert
    .onConflict((conflict) => conflict.doNothing())
    .returning('version')
    .execute()
  if (inserted.length === 0) return false
  await kind.writeLinks?.(transaction, id, content)
  return true
}

export async function updateResource<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  { id, content, version, updatedAt }: Resource<Content>,
): Promise<void> {
  const columns = { ...kind.toRow(content), version, updated_at: updatedAt }
  await tablesOf(transaction).updateTable(kind.table).set(columns).where(kind.key, '=', id).execute()
  await kind.writeLinks?.(transaction, id, content)
}

export async function deleteResource(transaction: AppDatabase, { table, key }: ResourceKind, id: string): Promise<void> {
  await tablesOf(transaction).deleteFrom(table).where(key, '=', id).execute()
}
