import { significant } from './rounding.ts'

export interface NumberSummary {
  readonly count: number
  readonly sum: number
  readonly mean: number
  readonly median: number
  readonly min: number
  readonly max: number
  /** First and third quartile, interpolated linearly between neighbours (as spreadsheets do). */
  readonly quartiles: readonly [number, number]
  /** Sample standard deviation (n - 1); null for a single value. */
  readonly standardDeviation: number | null
}

const largest = 1e100

/** Throws a `RangeError` for no values, and for values whose squares could overflow. */
export function summarizeNumbers(values: readonly number[]): NumberSummary {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) throw new RangeError('There are no numbers to summarise.')
  if (!(min >= -largest && max <= largest)) throw new RangeError(`Numbers must lie between -${largest} and ${largest}.`)
  const count = sorted.length
  const sum = sorted.reduce((total, value) => total + value, 0)
  const mean = sum / count
  // In a second pass over the deviations: the one-pass formula loses all digits when values are large and close together.
  const squares = sorted.reduce((total, value) => total + (value - mean) ** 2, 0)
  return {
    count,
    sum: significant(sum),
    mean: significant(mean),
    median: significant(quantile(sorted, 0.5)),
    min,
    max,
    quartiles: [significant(quantile(sorted, 0.25)), significant(quantile(sorted, 0.75))],
    standardDeviation: count > 1 ? significant(Math.sqrt(squares / (count - 1)), 12) : null,
  }
}

function quantile(sorted: readonly number[], part: number): number {
  const position = (sorted.length - 1) * part
  const below = sorted[Math.floor(position)] as number
  const above = sorted[Math.ceil(position)] as number
  return below + (above - below) * (position - Math.floor(position))
}
