/** A reading of the invalidation clock. Clocks of different histories cannot be compared. */
export interface Stamp {
  readonly history: string
  readonly clock: number
  /** Counts invalidations of this process that the store, at this clock, did not take. */
  readonly unconfirmed: number
}

/** Whether `a` was read later than `b`, in the same history. */
export function isAfter(a: Stamp, b: Stamp): boolean {
  return a.clock > b.clock || (a.clock === b.clock && a.unconfirmed > b.unconfirmed)
}
