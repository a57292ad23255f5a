/** A reading of the invalidation clock. Clocks of different histories cannot be compared. */
export interface Stamp {
  readonly history: string
  readonly clock: number
  /** How many invalidations of this process no store had taken by then. In stamps that come from a store: 0. */
  readonly unconfirmed: number
}
