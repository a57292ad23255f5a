/** A reading of the invalidation clock. Clocks of different histories cannot be compared. */
export interface Stamp {
  readonly history: string
  readonly clock: number
}
