import { createHash } from 'node:crypto'
import type { ParsedRule } from './change-rule.ts'
import { quoteName, quoteText } from './sql-text.ts'
import { functionBody, newRows, oldRows } from './trigger-function.ts'

/** A table with the rules for it, at least one. */
export interface WatchedTable {
  readonly schema: string
  readonly table: string
  readonly rules: readonly ParsedRule[]
}

/** What is to be in the database for a table: one function in the table's schema, and a trigger for each event that counts. */
export interface TableTriggers {
  readonly schema: string
  readonly table: string
  readonly functionName: string
  readonly body: string
  readonly createFunction: string
  readonly triggers: readonly { readonly name: string; readonly create: string }[]
}

const events = {
  insert: `REFERENCING NEW TABLE AS ${newRows}`,
  update: `REFERENCING OLD TABLE AS ${oldRows} NEW TABLE AS ${newRows}`,
  delete: `REFERENCING OLD TABLE AS ${oldRows}`,
  truncate: '',
} as const

/** Matches the names of a channel's functions, and of no other channel's. */
export function functionNamePattern(channel: string): string {
  return `^rekindle_${channel}_[0-9a-f]{16}$`
}

/**
 * Statement-level triggers with transition tables, so that what a statement changes is told once however many rows it has.
 *
 * They fire for INSERT, UPDATE, DELETE, TRUNCATE, COPY, MERGE, `ON CONFLICT` and the actions of foreign keys. They do not fire
 * for a statement that names a partition or a child table instead of the table of the rule, nor where triggers are switched
 * off: rows applied by logical replication, and `session_replication_role = replica`.
 */
export function triggersOf({ schema, table, rules }: WatchedTable, channel: string): TableTriggers {
  const hash = createHash('sha256').update(JSON.stringify([schema, table]))
  const functionName = `rekindle_${channel}_${hash.digest('hex').slice(0, 16)}`
  const body = functionBody(channel, rules)
  const qualified = quoteName(schema, functionName)
  // Whatever the search_path of whoever changes the table: the names in the body are PostgreSQL's own.
  const createFunction = `CREATE OR REPLACE FUNCTION ${qualified}() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS ${quoteText(body)}`
  // Where an event counts to no rule there is no trigger either: it then costs nothing.
  const counting = new Set<string>(['truncate', ...rules.flatMap((rule) => rule.events)])
  const counted = Object.entries(events).filter(([event]) => counting.has(event))
  const triggers = counted.map(([event, referencing]) => {
    const name = `rekindle_${channel}_${event}`
    const create = `CREATE TRIGGER ${quoteName(name)} AFTER ${event} ON ${quoteName(schema, table)} ${referencing}
      FOR EACH STATEMENT EXECUTE FUNCTION ${qualified}()`
    return { name, create }
  })
  return { schema, table, functionName, body, createFunction, triggers }
}

/** What of a channel is in the database. */
export interface Installed {
  readonly functions: readonly { readonly schema: string; readonly name: string; readonly body: string }[]
  readonly triggers: readonly InstalledTrigger[]
}

export interface InstalledTrigger {
  readonly schema: string
  readonly table: string
  readonly name: string
  /** Of the table's schema or, after a table has moved, of another. */
  readonly functionSchema: string
  readonly functionName: string
  readonly enabled: boolean
}

/** The statements that make `installed` what is wanted: none if it is, because each of them locks its table. */
export function statementsToInstall(wanted: readonly TableTriggers[], installed: Installed): string[] {
  const wantedTriggers = new Set(
    wanted.flatMap((table) =>
      table.triggers.map(({ name }) => identity(table.schema, table.table, name, table.schema, table.functionName)),
    ),
  )
  const right = new Set<string>()
  const statements: string[] = []
  for (const { schema, table, name, functionSchema, functionName, enabled } of installed.triggers) {
    const id = identity(schema, table, name, functionSchema, functionName)
    if (enabled && wantedTriggers.has(id)) right.add(id)
    else statements.push(`DROP TRIGGER ${quoteName(name)} ON ${quoteName(schema, table)}`)
  }
  const bodies = new Map(installed.functions.map(({ schema, name, body }) => [identity(schema, name), body]))
  for (const { schema, table, functionName, body, createFunction, triggers } of wanted) {
    if (bodies.get(identity(schema, functionName)) !== body) statements.push(createFunction)
    bodies.delete(identity(schema, functionName))
    for (const { name, create } of triggers) {
      if (!right.has(identity(schema, table, name, schema, functionName))) statements.push(create)
    }
  }
  for (const { schema, name } of installed.functions) {
    if (bodies.has(identity(schema, name))) statements.push(`DROP FUNCTION ${quoteName(schema, name)}()`)
  }
  return statements
}

function identity(...names: string[]): string {
  return JSON.stringify(names)
}
