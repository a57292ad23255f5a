import type { TargetTemplate } from './change-rule.ts'
import { quoteName, quoteText } from './sql-text.ts'

/** A statement that names more than this many targets says `"all"` instead. */
const maxTargets = 1_000

/** In bytes. PostgreSQL takes less than 8000, and a server built for longer names a little less. */
const maxPayload = 7_900

/** What the triggers call the rows of a statement before and after it. */
export const oldRows = 'rekindle_old'
export const newRows = 'rekindle_new'

/**
 * The body of the function that all triggers of one table call, in PL/pgSQL. It runs once per statement, in the transaction
 * of whoever changes the table; PostgreSQL delivers what it says when that commits, and forgets it on a rollback.
 *
 * It must not fail that transaction. When it cannot tell what has changed, because a column has been dropped or renamed since,
 * it warns and says `"all"`. The subtransaction that this takes (EXCEPTION) writes nothing, so it costs no transaction id.
 * What it cannot catch is a full notification queue: PostgreSQL finds that out at commit.
 *
 * Each statement of it is static, so PostgreSQL plans it once per session.
 */
export function functionBody(channel: string, targets: readonly TargetTemplate[], ignored: readonly string[]): string {
  const names = columnNames(targets)
  const say = (payload: string): string => `PERFORM pg_notify(${quoteText(channel)}, ${payload})`
  const inserted = `SELECT DISTINCT ${keysOf(names)} FROM ${newRows} AS r`
  const deleted = `SELECT DISTINCT ${keysOf(names)} FROM ${oldRows} AS r`
  const touched = `SELECT ${keysOf(names)} FROM ${newRows} AS r UNION SELECT ${keysOf(names)} FROM ${oldRows} AS r`
  // Comparing rows costs more than the UPDATE itself, so a large one is taken at its word, unless it was asked for.
  const worthComparing = ignored.length > 0 ? 'true' : `(SELECT count(*) FROM ${newRows}) <= ${maxTargets}`
  const named = (rows: string): string =>
    `ARRAY(SELECT target FROM (${rows}) AS changed, LATERAL (VALUES ${targets.map((target) => `(${targetSql(target, names)})`).join(', ')}) AS named (target)
      WHERE target IS NOT NULL LIMIT ${maxTargets + 1})`
  return `
DECLARE
  said text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    said := ${named(inserted)};
  ELSIF TG_OP = 'DELETE' THEN
    said := ${named(deleted)};
  ELSIF TG_OP = 'TRUNCATE' THEN
    said := ARRAY['"all"'];
  ELSIF ${worthComparing} THEN
    said := ${named(changedRows(names, ignored))};
  ELSE
    said := ${named(touched)};
  END IF;
  IF cardinality(said) > ${maxTargets} OR EXISTS (SELECT FROM unnest(said) AS target WHERE octet_length(target) > ${maxPayload}) THEN
    ${say(`'"all"'`)};
  ELSE
    ${say('target')} FROM unnest(said) AS target;
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'rekindle: cannot tell what this changes in %, so everything is invalidated: %', TG_RELID::regclass, SQLERRM;
  ${say(`'"all"'`)};
  RETURN NULL;
END`
}

/** The columns that targets are made of, and what the function calls them. */
function columnNames(targets: readonly TargetTemplate[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const target of targets) {
    for (const column of columnsOf(target)) if (!names.has(column)) names.set(column, `c${names.size + 1}`)
  }
  return names
}

function columnsOf(target: TargetTemplate): readonly string[] {
  if (target.kind === 'all') return []
  if (target.kind === 'fields') return target.columns.map(([, column]) => column)
  return target.parts.flatMap((part) => ('column' in part ? [part.column] : []))
}

/** A select list, never empty. As text, which can always be compared: some types have no equality. */
function keysOf(names: ReadonlyMap<string, string>): string {
  return ['1 AS c0', ...[...names].map(([column, name]) => `r.${quoteName(column)}::text AS ${name}`)].join(', ')
}

/**
 * The keys of rows that an UPDATE has changed. Old and new rows cannot be paired (a key may have changed), but as multisets
 * they differ in exactly the rows that changed: each new row counts one, each old row minus one, equal rows together. Rows
 * are compared as text, again because of types without equality (`json`).
 */
function changedRows(names: ReadonlyMap<string, string>, ignored: readonly string[]): string {
  const keys = ['c0', ...names.values()].join(', ')
  // `r.*`, because plain `r` would be the column of that name, if there is one.
  const nothing = quoteText(JSON.stringify(Object.fromEntries(ignored.map((column) => [column, null]))))
  const row = ignored.length > 0 ? `jsonb_populate_record(r.*, ${nothing}::jsonb)` : '(r.*)'
  const version = (sign: string, rows: string) =>
    `SELECT ${sign} AS sign, ${row}::text AS content, ${keysOf(names)} FROM ${rows} AS r`
  return `SELECT DISTINCT ${keys} FROM (${version('1', newRows)} UNION ALL ${version('-1', oldRows)}) AS version
      GROUP BY content, ${keys} HAVING sum(sign) <> 0`
}

/** An expression for the JSON of a target, NULL where a row has none. */
function targetSql(target: TargetTemplate, names: ReadonlyMap<string, string>): string {
  const nameOf = (column: string): string => `changed.${names.get(column)}`
  switch (target.kind) {
    case 'all':
      return `'"all"'`
    case 'fields': {
      const fields = target.columns.map(([field, column]) => `${quoteText(field)}, ${nameOf(column)}`).join(', ')
      return `nullif(jsonb_strip_nulls(jsonb_build_object(${fields})), '{}')::text`
    }
    case 'tag': {
      const tag = target.parts
        .map((part) => ('text' in part ? `${quoteText(part.text)}::text` : nameOf(part.column)))
        .join(' || ')
      // NULL when a part of it is.
      return `CASE WHEN ${tag} IS NOT NULL THEN jsonb_build_object('tags', jsonb_build_array(${tag}))::text END`
    }
  }
}
