/** The value below which the part `part` of `values` lies. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (sorted.length - 1) * part
  const below = sorted[Math.floor(at)] ?? NaN
  const above = sorted[Math.ceil(at)] ?? NaN
  return below + (above - below) * (at - Math.floor(at))
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** A median with the smallest and largest value that went into it. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * One value divided by another, round by round: both were measured within the same fraction of a second, so what slows the
 * whole machine cancels out.
 */
export function ratioOf(values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (others[round] ?? NaN)))
}

/** By how much the first is above the second, round by round. */
export function moreOf(values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value - others[round]!))
}
