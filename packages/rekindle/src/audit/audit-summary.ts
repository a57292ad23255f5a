/** What came of comparing a served config with what the source of truth says. */
export type AuditOutcome =
  /** They are the same, or what was served may be served no longer: it has been invalidated, or its time was over. */
  | 'consistent'
  /** Something changed the agent and did not invalidate it: a second look, some seconds later, says the same. */
  | 'inconsistent'
  /** Each look gives another config: what `loadConfig` returns is not the same for the same agent. */
  | 'unstable'
  /** It could not be told: `loadConfig` failed, or the store did not say what was invalidated. */
  | 'failed'

/** What one look at a served config has found: the event `audited`. */
export interface AuditFinding {
  readonly outcome: AuditOutcome
  /** Fingerprint of the config that was served. */
  readonly served: string
  /** Fingerprint of what was loaded last; `undefined` if there is no such agent, it is no JSON, or that failed. */
  readonly loaded: string | undefined
  /** What `loadConfig` threw, if the audit failed of that. */
  readonly error?: unknown
}

/** What was found in the last minutes, to within ten seconds. */
export interface AuditWindow {
  readonly minutes: 1 | 5 | 10
  /** Served configs that were compared, without those where it could not be told. */
  readonly audited: number
  /** Of those, the ones found inconsistent or unstable. */
  readonly inconsistent: number
  /**
   * How consistent what is served is: 3 means 99.9 %. With none inconsistent, what can be told from so many: 2 of 100, 3 of 1000.
   * `undefined` if nothing was compared.
   */
  readonly nines: number | undefined
}

/** Since the cache was made. Where `auditRate` is 0, so are these, and there are no windows. */
export interface AuditSummary {
  readonly consistent: number
  readonly inconsistent: number
  readonly unstable: number
  readonly failed: number
  /** Chosen, and not looked at: too many were waiting for it, or the same one was. */
  readonly skipped: number
  readonly windows: readonly AuditWindow[]
}
