/** What came of comparing a served config with what the source of truth says. */
export type AuditOutcome =
  /** They are the same, or an invalidation says already that they are not. */
  | 'consistent'
  /** Something changed the agent and did not invalidate it: a second look says the same. */
  | 'inconsistent'
  /** Each look gives another config: what `loadConfig` returns is not the same for the same agent. */
  | 'unstable'
  /** `loadConfig` failed. */
  | 'failed'

export interface AuditFinding {
  readonly outcome: AuditOutcome
  /** Of the config that was served. */
  readonly served: string
  /** Of what was loaded last; `undefined` if that failed. */
  readonly loaded: string | undefined
}

/** What was found in the last minutes. */
export interface AuditWindow {
  readonly minutes: 1 | 5 | 10
  /** Served configs that were compared, without those that could not be loaded. */
  readonly audited: number
  readonly inconsistent: number
  /**
   * How consistent what is served is: 3 means 99.9 %. As many as can be told from `audited`: with none inconsistent of 200,
   * between 2 and 3. `undefined` if nothing was compared.
   */
  readonly nines: number | undefined
}

/** Since the cache was made. All 0 where `auditRate` is. */
export interface AuditSummary {
  readonly consistent: number
  readonly inconsistent: number
  readonly unstable: number
  readonly failed: number
  /** Chosen, and not looked at: too many were chosen at once. */
  readonly skipped: number
  readonly windows: readonly AuditWindow[]
}
