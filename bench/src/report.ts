import type { Grid, Measured, Target, Verdict } from './benchmark.ts'
import { moreOf, ratioOf, type Spread, spreadOf } from './statistics.ts'

export interface Summary extends Omit<Measured, 'rows' | 'targets'> {
  readonly rows: readonly {
    readonly name: string
    readonly values: readonly number[]
    readonly spread: Spread
    /** To the baseline. */
    readonly ratio: Spread
  }[]
  readonly targets: readonly JudgedTarget[]
}

export interface JudgedTarget extends Target, Verdict {
  /** Of the ratio or, without `to`, of the figure itself. */
  readonly spread: Spread
}

export function summarize(measured: Measured): Summary {
  const valuesOf = (name: string) => {
    const row = measured.rows.find((candidate) => candidate.name === name)
    if (row === undefined) throw new Error(`"${measured.title}" has no row "${name}".`)
    return row.values
  }
  const baseline = valuesOf(measured.baseline)
  return {
    ...measured,
    rows: measured.rows.map((row) => ({ ...row, spread: spreadOf(row.values), ratio: ratioOf(row.values, baseline) })),
    targets: measured.targets.map((target) => {
      const values = valuesOf(target.of)
      if (target.to === undefined) return judge(target, spreadOf(values), figure, ` ${measured.unit}`)
      if (target.atMostMore !== undefined) return judgeMore(target, moreOf(values, valuesOf(target.to)), measured.unit)
      return judge(target, ratioOf(values, valuesOf(target.to)), times, '×')
    }),
  }
}

function judge(target: Target, spread: Spread, format: (value: number) => string, unit: string): JudgedTarget {
  const { of, to, atMost = Infinity, atLeast = 0 } = target
  const met = spread.median <= atMost && spread.median >= atLeast
  const limit = atLeast > 0 ? `≥ ${atLeast}${unit}` : `≤ ${atMost}${unit}`
  return { ...target, spread, met, text: `${of} = ${withSpread(spread, format)} ${to ?? unit.trim()}; target ${limit}` }
}

function judgeMore(target: Target, spread: Spread, unit: string): JudgedTarget {
  const { of, to, atMostMore = 0 } = target
  const signed = (value: number) => (value < 0 ? '−' : '+') + figure(Math.abs(value))
  const text = `${of} = ${withSpread(spread, signed)} ${unit} to ${to}; target ≤ +${atMostMore} ${unit}`
  return { ...target, spread, met: spread.median <= atMostMore, text }
}

/** A table for the terminal. */
export function render(measured: Measured): string {
  const { title, unit, rows, targets, notes } = summarize(measured)
  const lines = rows.map(({ name, spread, ratio }) => [
    name,
    figure(spread.median),
    `${figure(spread.min)}–${figure(spread.max)}`,
    times(ratio.median),
    `${times(ratio.min)}–${times(ratio.max)}`,
  ])
  return [
    `## ${title} (${rows[0]?.values.length} rounds)`,
    ...table([['', unit, 'min–max', 'ratio', 'min–max'], ...lines]),
    ...verdicts(targets),
    ...notes.map((note) => `  ${note}`),
  ].join('\n')
}

/** The same of a table in words. */
export function renderGrid({ title, table: lines, targets, notes }: Grid): string {
  const words = (cell: string, width: number) => cell.padEnd(width)
  return [
    `## ${title}`,
    ...table(lines, words).map((line) => line.trimEnd()),
    ...verdicts(targets),
    ...notes.map((note) => `  ${note}`),
  ].join('\n')
}

function verdicts(targets: readonly Verdict[]): string[] {
  return targets.map(({ met, text }) => `${met ? 'met   ' : 'MISSED'}  ${text}`)
}

function table(lines: readonly (readonly string[])[], pad = (cell: string, width: number) => cell.padStart(width)): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : pad(cell, widths[column]!))).join('  '),
  )
}

export function withSpread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}–${format(max)})`
}

/** A dash for what is no number: a ratio to nothing, or one that a file could not hold. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–'
  return `${ratio.toFixed(ratio < 0.1 ? 3 : ratio < 10 ? 2 : 1)}×`
}

export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(value < 0.1 ? 3 : 2)
}
