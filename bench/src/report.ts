import type { Measured, Target } from './benchmark.ts'
import { ratioOf, type Spread, spreadOf } from './statistics.ts'

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

export interface JudgedTarget extends Target {
  readonly ratio: Spread
  readonly met: boolean
  readonly text: string
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
    targets: measured.targets.map((target) => judge(target, ratioOf(valuesOf(target.of), valuesOf(target.to)))),
  }
}

function judge(target: Target, ratio: Spread): JudgedTarget {
  const { of, to, atMost = Infinity, atLeast = 0 } = target
  const met = ratio.median <= atMost && ratio.median >= atLeast
  const limit = atLeast > 0 ? `≥ ${atLeast}×` : `≤ ${atMost}×`
  return { ...target, ratio, met, text: `${of} = ${withSpread(ratio, times)} ${to}; target ${limit}` }
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
    `## ${title}`,
    ...table([['', unit, 'min–max', 'ratio', 'min–max'], ...lines]),
    ...targets.map(({ met, text }) => `${met ? 'met   ' : 'MISSED'}  ${text}`),
    ...notes.map((note) => `  ${note}`),
  ].join('\n')
}

function table(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '),
  )
}

function withSpread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}–${format(max)})`
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return value.toFixed(1)
}
