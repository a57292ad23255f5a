import { type ParsedRule, type RowEvent, rowEvents, type TargetTemplate } from './change-rule.ts'
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
export function functionBody(channel: string, rules: readonly ParsedRule[]): string {
  const say = (payload: string): string => `PERFORM pg_notify(${quoteText(channel)}, ${payload})`
  const rows = rowEvents
    .map((event) => ({ event, counting: rules.filter(({ events }) => events.includes(event)) }))
    .filter(({ counting }) => counting.length > 0)
    .map(({ event, counting }) => `ELSIF TG_OP = '${event.toUpperCase()}' THEN\n    ${branches[event](counting)};\n  `)
  return `
DECLARE
  said text[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    said := ARRAY['"all"'];
  ${rows.join('')}END IF;
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

/** What sets `said`, given the rules to which the event counts. */
const branches: Readonly<Record<RowEvent, (rules: readonly ParsedRule[]) => string>> = {
  insert: (rules) => named(rules, (names) => `SELECT DISTINCT ${keysOf(names)} FROM ${newRows} AS r`),
  delete: (rules) => named(rules, (names) => `SELECT DISTINCT ${keysOf(names)} FROM ${oldRows} AS r`),
  update(rules) {
    const ignored = rules.map((rule) => rule.ignored).reduce((some, more) => some.filter((column) => more.includes(column)))
    const changed = named(rules, (names) => changedRows(names, ignored))
    if (ignored.length > 0) return changed
    // Comparing rows costs more than the UPDATE itself, so a large one is taken at its word, unless it was asked for.
    const select = (names: Names, rows: string): string => `SELECT ${keysOf(names)} FROM ${rows} AS r`
    const touched = named(rules, (names) => `${select(names, newRows)} UNION ${select(names, oldRows)}`)
    return `IF (SELECT count(*) FROM ${newRows}) <= ${maxTargets} THEN
      ${changed};
    ELSE
      ${touched};
    END IF`
  },
}

/** The targets of `rows`, which give the columns that these targets are made of. */
function named(rules: readonly ParsedRule[], rows: (names: Names) => string): string {
  const targets = rules.flatMap((rule) => rule.targets)
  const names = columnNames(targets)
  const values = targets.map((target) => `(${targetSql(target, names)})`).join(', ')
  return `said := ARRAY(SELECT target FROM (${rows(names)}) AS changed, LATERAL (VALUES ${values}) AS named (target)
      WHERE target IS NOT NULL LIMIT ${maxTargets + 1})`
}

/** What the function calls each column that targets are made of. */
type Names = ReadonlyMap<string, string>

function columnNames(targets: readonly TargetTemplate[]): Names {
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
function keysOf(names: Names): string {
  return ['1 AS c0', ...[...names].map(([column, name]) => `r.${quoteName(column)}::text AS ${name}`)].join(', ')
}

/**
 * The keys of rows that an UPDATE has changed. Old and new rows cannot be paired (a key may have changed), but as multisets
 * they differ in exactly the rows that changed: each new row counts one, each old row minus one, equal rows together. Rows
 * are compared as text, again because of types without equality (`json`).
 */
function changedRows(names: Names, ignored: readonly string[]): string {
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
function targetSql(target: TargetTemplate, names: Names): string {
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
