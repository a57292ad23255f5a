import { detectDelimiter, parseCsv } from './csv-rows.ts'
import { summarizeNumbers } from './number-summary.ts'
import type { NumberSummary } from './number-summary.ts'

export interface CsvSummary {
  readonly rows: number
  readonly columns: readonly ColumnSummary[]
}

export type ColumnSummary = {
  readonly name: string
  readonly empty: number
} & (
  | { readonly type: 'number'; readonly numbers: NumberSummary }
  | { readonly type: 'text'; readonly distinct: number; readonly mostFrequent: readonly { value: string; count: number }[] }
  | { readonly type: 'empty' }
)

const maxColumns = 100
const maxShown = 60

/** Describes every column of CSV text whose first line names them. A column counts as numbers if every filled field is one. */
export function summarizeCsv(text: string): CsvSummary {
  const [header, ...rows] = parseCsv(text, detectDelimiter(text))
  if (!header || rows.length === 0) throw new RangeError('CSV text needs a line of column names and at least one line of values.')
  if (header.length > maxColumns)
    throw new RangeError(`The CSV text has ${header.length} columns; at most ${maxColumns} are summarised.`)
  const uneven = rows.findIndex((row) => row.length > header.length)
  if (uneven >= 0) {
    throw new RangeError(`Row ${uneven + 1} has ${rows[uneven]?.length} fields, but there are ${header.length} column names.`)
  }
  return {
    rows: rows.length,
    columns: header.map((name, index) =>
      summarizeColumn(
        shorten(name.trim()) || `column ${index + 1}`,
        rows.map((row) => (row[index] ?? '').trim()),
      ),
    ),
  }
}

function summarizeColumn(name: string, fields: readonly string[]): ColumnSummary {
  const filled = fields.filter((field) => field !== '')
  const empty = fields.length - filled.length
  if (filled.length === 0) return { name, empty, type: 'empty' }
  if (filled.every((field) => /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(field))) {
    return { name, empty, type: 'number', numbers: summarizeNumbers(filled.map(Number)) }
  }
  const counts = new Map<string, number>()
  for (const field of filled) counts.set(field, (counts.get(field) ?? 0) + 1)
  const mostFrequent = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([value, count]) => ({ value: shorten(value), count }))
  return { name, empty, type: 'text', distinct: counts.size, mostFrequent }
}

function shorten(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}
