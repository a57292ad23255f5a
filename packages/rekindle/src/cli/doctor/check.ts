/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly state: CheckState
  /** What is there. */
  readonly found: string
  /** What to do, if anything. */
  readonly advice?: string
}

export type CheckState = 'ok' | 'warning' | 'failure'

export const ok = (name: string, found: string, advice?: string): Check => check(name, 'ok', found, advice)
export const warning = (name: string, found: string, advice: string): Check => check(name, 'warning', found, advice)
export const failure = (name: string, found: string, advice: string): Check => check(name, 'failure', found, advice)

function check(name: string, state: CheckState, found: string, advice: string | undefined): Check {
  return { name, state, found, ...(advice !== undefined && { advice }) }
}

/** The part of sorted `values` is at most this: nearest rank. */
export function rankOf(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}
