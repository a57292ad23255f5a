import { inspect } from 'node:util'
import { InvalidOptionsError } from '../errors.ts'
import { parseTagTemplate, type TagPart } from './tag-template.ts'

/**
 * What a changed row of a table invalidates. Names of tables and columns are exact: no quotes, no folding to lower case.
 *
 * A value becomes the text that PostgreSQL writes for it (`1`, `1.50`, a `uuid` in lower case, a `char(n)` without its
 * padding), and invalidates the agents whose keys hold **exactly** that text. Where requests may spell an id in several ways
 * (a `uuid` in capitals, `citext`), bring it into this form before it becomes part of a key.
 */
export interface ChangeRule {
  /** `'agents'`, found by the connection's `search_path`, or `'public.agents'`. A table, partitioned or not; no view. */
  readonly table: string
  /** Its schema. Then `table` is the name alone, in which a dot is a dot. */
  readonly schema?: string
  /**
   * The columns that hold fields of agents' keys, `{ agentId: 'agent_id' }`: invalidates the agents whose keys have all of
   * these values. A NULL leaves its field open, and so reaches more agents; a row with nothing but NULL reaches none.
   * `'all'` invalidates everything. (`reasoning` is not offered: a column cannot say whether `true` is a boolean or a name.)
   */
  readonly invalidates?: { readonly [Field in ColumnField]?: string } | 'all'
  /** Tags, with columns in braces: `'model:{id}'`. A row with NULL in one of these has no such tag. A brace is written twice. */
  readonly tags?: readonly string[]
  /**
   * Which changes of a row count, at least one. By default all three. An upsert inserts some rows and updates others. TRUNCATE
   * always counts.
   */
  readonly events?: readonly RowEvent[]
  /**
   * Columns in which a change means nothing, such as `last_seen_at`: an UPDATE of nothing else says nothing. With several
   * rules for a table, those that all of them ignore to whom an UPDATE counts.
   */
  readonly ignoreColumns?: readonly string[]
}

export type RowEvent = 'insert' | 'update' | 'delete'

export const rowEvents: readonly RowEvent[] = ['insert', 'update', 'delete']

type ColumnField = 'agentId' | 'userId' | 'sessionId'

const columnFields: readonly string[] = ['agentId', 'userId', 'sessionId'] satisfies ColumnField[]

/** A checked rule. `at` names it in messages. */
export interface ParsedRule {
  readonly at: string
  readonly schema: string | undefined
  readonly table: string
  readonly targets: readonly TargetTemplate[]
  readonly events: readonly RowEvent[]
  readonly ignored: readonly string[]
  /** Every column it names, with the option that does. */
  readonly columns: readonly { readonly column: string; readonly at: string; readonly isKey: boolean }[]
}

export type TargetTemplate =
  | { readonly kind: 'all' }
  | { readonly kind: 'fields'; readonly columns: readonly (readonly [field: string, column: string])[] }
  | { readonly kind: 'tag'; readonly parts: readonly TagPart[] }

/** Throws {@link InvalidOptionsError} naming what is wrong, as in `rules[2].table`. Callers without types come here too. */
export function parseRules(rules: readonly ChangeRule[]): ParsedRule[] {
  if (!Array.isArray(rules)) throw wrong('rules', 'a list', rules)
  return rules.map((rule: ChangeRule, index) => parseRule(rule, `rules[${index}]`))
}

function parseRule(rule: ChangeRule, at: string): ParsedRule {
  if (typeof rule !== 'object' || rule === null) throw wrong(at, 'an object', rule)
  const { table, schema, invalidates, tags = [], events = rowEvents, ignoreColumns = [] } = rule
  assertName(table, `${at}.table`)
  if (schema !== undefined) assertName(schema, `${at}.schema`)
  const dot = schema === undefined ? table.indexOf('.') : -1
  if (dot === 0 || (dot > 0 && dot === table.length - 1)) throw wrong(`${at}.table`, 'a table, or schema.table', table)

  const keys = [...parseFields(invalidates, `${at}.invalidates`), ...parseTags(tags, `${at}.tags`)]
  if (keys.length === 0) throw new InvalidOptionsError(at, `${at} invalidates nothing: give it invalidates or tags.`)
  assertEvents(events, `${at}.events`)
  const keyColumns = keys.flatMap(columnsOf)
  if (!Array.isArray(ignoreColumns)) throw wrong(`${at}.ignoreColumns`, 'a list of columns', ignoreColumns)
  const ignored = ignoreColumns.map((column: unknown, index) => {
    const here = `${at}.ignoreColumns[${index}]`
    assertName(column, here)
    if (keyColumns.some((key) => key.column === column)) {
      throw new InvalidOptionsError(here, `${here} is ${inspect(column)}, which says what the rule invalidates.`)
    }
    return { column, at: here, isKey: false }
  })
  return {
    at,
    schema: dot > 0 ? table.slice(0, dot) : schema,
    table: table.slice(dot + 1),
    targets: keys.map(({ template }) => template),
    events,
    ignored: ignored.map(({ column }) => column),
    columns: [...keyColumns, ...ignored],
  }
}

interface Parsed {
  readonly template: TargetTemplate
  readonly at: string
}

function parseFields(invalidates: ChangeRule['invalidates'], at: string): Parsed[] {
  if (invalidates === undefined) return []
  if (invalidates === 'all') return [{ template: { kind: 'all' }, at }]
  if (typeof invalidates !== 'object' || invalidates === null) throw wrong(at, "{ field: 'column' } or 'all'", invalidates)
  const columns = Object.entries(invalidates).filter(([, column]) => column !== undefined)
  if (columns.length === 0) throw wrong(at, 'at least one field', invalidates)
  for (const [field, column] of columns) {
    if (!columnFields.includes(field)) throw wrong(at, `made of ${columnFields.join(', ')}`, invalidates)
    assertName(column, `${at}.${field}`)
  }
  return [{ template: { kind: 'fields', columns }, at }]
}

function parseTags(tags: readonly string[], at: string): Parsed[] {
  if (!Array.isArray(tags)) throw wrong(at, 'a list of tags', tags)
  return tags.map((tag: unknown, index) => {
    const here = `${at}[${index}]`
    const parts = typeof tag === 'string' && tag.isWellFormed() && !tag.includes('\0') ? parseTagTemplate(tag) : undefined
    if (parts === undefined || parts.length === 0) throw wrong(here, 'a tag such as model:{id} (a brace is written twice)', tag)
    return { template: { kind: 'tag', parts }, at: here }
  })
}

function columnsOf({ template, at }: Parsed): ParsedRule['columns'] {
  if (template.kind === 'all') return []
  if (template.kind === 'fields')
    return template.columns.map(([field, column]) => ({ column, at: `${at}.${field}`, isKey: true }))
  return template.parts.flatMap((part) => ('column' in part ? [{ column: part.column, at, isKey: true }] : []))
}

function assertEvents(events: unknown, at: string): asserts events is readonly RowEvent[] {
  const names = rowEvents.map((event) => `'${event}'`).join(', ')
  if (!Array.isArray(events) || events.length === 0) throw wrong(at, `a list of at least one of ${names}`, events)
  const unknown = events.findIndex((event: unknown) => !rowEvents.includes(event as RowEvent))
  if (unknown >= 0) throw wrong(`${at}[${unknown}]`, `one of ${names}`, events[unknown])
}

function assertName(name: unknown, at: string): asserts name is string {
  // PostgreSQL knows no NUL in a text.
  if (typeof name !== 'string' || name === '' || name.includes('\0')) throw wrong(at, 'a name', name)
}

function wrong(option: string, expected: string, got: unknown): InvalidOptionsError {
  return new InvalidOptionsError(option, `${option} must be ${expected}; got ${inspect(got, { depth: 1 })}.`)
}
