/**
 * The port to the config tier's storage. An implementation is a few dozen lines: it moves strings, and one of its calls
 * (`invalidate`) must be atomic. It judges nothing: freshness, validity and trust are decided above it, from what the
 * strings say. `rekindle/testing` has the contract suite that every store passes.
 */
export interface ConfigStore {
  /** For messages: `sqlite`, `redis`. */
  readonly name: string
  /** A connection for one application's entries. Called once per agent cache; must not do I/O that can fail. */
  connect(namespace: string): StoreConnection
}

export interface StoreConnection {
  /**
   * The entry's pointer (`undefined`: none) and the namespace's invalidation clock, **read at one instant and in one round
   * trip**. A namespace without a clock gets one; what was written before it had that can be judged by nobody, and reads as
   * `undefined`.
   */
  read(id: string): Promise<{ readonly pointer: string | undefined; readonly clock: StoreClock }>
  /** The config text kept under a fingerprint. */
  readBlob(fingerprint: string): Promise<string | undefined>
  /** Stores both, the blob before the pointer, replacing what is there; both may be dropped after `ttlMs`. */
  write(entry: StoreEntry): Promise<void>
  /** Drops the pointer; no error if there is none. */
  remove(id: string): Promise<void>
  /**
   * In one atomic step: advances the clock (never back, never by less than 1) and records it for each of `targets`.
   * Returns the clock after the step and the one before it.
   */
  invalidate(targets: readonly string[]): Promise<{ readonly previous: number; readonly clock: StoreClock }>
  /** What was invalidated after `since`, each target once with the clock of its last invalidation. */
  changesSince(since: number): Promise<StoreChanges>
  /** Releases what `connect` opened. A client handed in by the application is the application's to close. */
  close(): Promise<void>
}

/** The invalidation clock of a namespace, as the store has it. */
export interface StoreClock {
  /** The history this clock belongs to: random, lost with the clock. Clocks of two histories cannot be compared. */
  readonly history: string
  readonly clock: number
  /** Invalidations up to here may have been forgotten: entries stamped earlier are invalid. */
  readonly floor: number
}

export interface StoreEntry {
  readonly id: string
  readonly pointer: string
  readonly fingerprint: string
  readonly blob: string
  readonly ttlMs: number
}

export interface StoreChanges {
  readonly clock: StoreClock
  readonly targets: readonly (readonly [target: string, clock: number])[]
}
