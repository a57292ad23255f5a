import { inspect } from 'node:util'
import { InvalidOptionsError, listNames } from '../errors.ts'
import type { ParsedRule } from './change-rule.ts'
import type { PgQueryClient } from './pg-client.ts'
import { quoteName } from './sql-text.ts'
import { functionNamePattern, type Installed, type InstalledTrigger, type WatchedTable } from './table-triggers.ts'

const tableQuery = `
SELECT c.oid::text AS id, n.nspname::text AS schema, c.relname::text AS table, c.relkind::text AS kind,
  (SELECT coalesce(json_object_agg(a.attname, t.typcategory ORDER BY a.attnum), '{}')::text
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass($1)`

interface TableRow {
  readonly id: string
  readonly schema: string
  readonly table: string
  readonly kind: string
  /** JSON: the category of each column's type. */
  readonly columns: string
}

/** Of `pg_class.relkind`: a table, and one that has partitions. Nothing else has triggers with transition tables. */
const tableKinds = 'rp'

/**
 * Of `pg_type.typcategory`: strings, numbers, enumerations, booleans, and types of their own (`uuid`). The text of others, such
 * as times, depends on the settings of the session that changes the row.
 */
const keyCategories = 'SNEBU'

/**
 * The tables that `rules` name, each once, in an order that is the same in every process (they are locked in it). Throws
 * {@link InvalidOptionsError} for a table or a column that is not there or will not do.
 */
export async function findTables(client: PgQueryClient, rules: readonly ParsedRule[]): Promise<WatchedTable[]> {
  const tables = new Map<string, WatchedTable>()
  for (const rule of rules) {
    const { id, schema, table } = await findTable(client, rule)
    tables.set(id, { schema, table, rules: [...(tables.get(id)?.rules ?? []), rule] })
  }
  return [...tables].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, table]) => table)
}

async function findTable(client: PgQueryClient, { at, schema, table, columns }: ParsedRule): Promise<TableRow> {
  const name = schema === undefined ? quoteName(table) : quoteName(schema, table)
  const { rows } = await client.query(tableQuery, [name])
  const row = rows[0] as TableRow | undefined
  if (row === undefined) {
    const where = schema === undefined ? " in the connection's search_path" : ''
    throw new InvalidOptionsError(`${at}.table`, `${at}.table: there is no table ${name}${where}.`)
  }
  if (!tableKinds.includes(row.kind)) {
    throw new InvalidOptionsError(`${at}.table`, `${at}.table: ${name} is no table. Name the tables that it is made from.`)
  }
  const categories = new Map(Object.entries(JSON.parse(row.columns) as Record<string, string>))
  for (const { column, at: option, isKey } of columns) {
    const category = categories.get(column)
    const here = `${option}: column ${inspect(column)} of ${name}`
    if (category === undefined) {
      throw new InvalidOptionsError(option, `${here} is not there; there are ${listNames(categories.keys())}.`)
    }
    if (isKey && !keyCategories.includes(category)) {
      throw new InvalidOptionsError(option, `${here} is of a type that has no one text. Use text, numbers, enums or uuid.`)
    }
  }
  return row
}

export async function findInstalled(client: PgQueryClient, channel: string): Promise<Installed> {
  const functions = await client.query(
    `SELECT n.nspname::text AS schema, p.proname::text AS name, p.prosrc AS body
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname ~ $1 AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype`,
    [functionNamePattern(channel)],
  )
  const triggers = await client.query(
    `SELECT n.nspname::text AS schema, c.relname::text AS table, t.tgname::text AS name,
      pn.nspname::text AS "functionSchema", p.proname::text AS "functionName", t.tgenabled IN ('O', 'A') AS enabled
    FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
    WHERE p.proname ~ $1 AND NOT t.tgisinternal ORDER BY c.oid`,
    [functionNamePattern(channel)],
  )
  return { functions: functions.rows as Installed['functions'], triggers: triggers.rows as InstalledTrigger[] }
}
