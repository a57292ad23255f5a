/**
 * How a text begins that `rekindle/sealed` has sealed; JSON never begins so. Who gets one to read has not the key it was sealed
 * with.
 */
export const sealedPrefix = 'sealed'

/** Of what an agent cache expects of the `sharing` of its store. Another version of this package may expect something else. */
export const sharingVersion = 1

/** For how long invalidations are remembered if nobody says how long entries live. */
export const dayMs = 86_400_000

/** What a store is told when a cache connects to it. */
export interface ConnectOptions {
  /** No entry lives longer, so invalidations older than this may be forgotten. Default: a day. */
  readonly retentionMs?: number
}

/** What a store does for one namespace. Any call may reject; what that means is decided above it. */
export interface StoreConnection extends StoredEntries, StoredInvalidations, StoredClaims, Mailboxes {
  /** Releases what `connect` opened. A client handed in by the application is the application's to close. */
  close(): Promise<void>
}

/** The configs. */
interface StoredEntries {
  /**
   * The entry's pointer (`undefined`: none) and the namespace's invalidation clock, in one round trip; **the clock must be
   * read after the call was made**. A namespace without a clock gets one; what was written before it had that can be judged by
   * nobody, and reads as `undefined`.
   */
  read(id: string): Promise<StoreRead>
  /** The config text kept under a fingerprint. */
  readBlob(fingerprint: string): Promise<string | undefined>
  /** Stores both, the blob before the pointer, replacing what is there; both may be dropped after `ttlMs`. */
  write(entry: StoreEntry): Promise<void>
  /** Drops the pointer; no error if there is none. */
  remove(id: string): Promise<void>
}

/**
 * The invalidation clock, and who has followed it how far. Whoever passes in what it has `seen` finds out when the store has
 * lost something: if the clock of that history is earlier now, a new history begins.
 */
interface StoredInvalidations {
  /**
   * In one atomic step: advances the clock (never back, never by less than 1) and records it for each of `targets`. Then tells
   * all who {@link Mailboxes.listen}.
   */
  invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance>
  /**
   * What was invalidated since `seen`, each target once with the clock of its last invalidation; if `seen` is of another
   * history, all that is known. With a `worker`, records that it is alive and has seen this.
   */
  sync(seen: SeenClock, worker?: WorkerPresence): Promise<StoreChanges>
  /** The workers that are taken to be alive, with what they have reported. The list is lost with the history. */
  workers(seen: SeenClock): Promise<WorkerList>
}

/** Who is building which entry, so that others can wait for it. Lost with the store, and forgotten in time by itself. */
interface StoredClaims {
  /**
   * Granted if nobody has claimed `id`, if the claimant has it already (which renews it), or if `instead` has it. Otherwise
   * the claimant's worker is noted among those who wait.
   */
  claim(id: string, claim: Claim): Promise<Claimed>
  /** Gives a claim up if it is still the claimant's, and returns the workers that wait for it. */
  release(id: string, claimant: string): Promise<readonly string[]>
}

/** How workers reach each other. What is sent may be lost, and may come twice; nothing depends on it but speed. */
interface Mailboxes {
  /** To one worker. */
  send(worker: string, message: string): Promise<void>
  /** Listens, and goes on trying, until the returned function is called. Listeners must not throw. */
  listen(worker: string, listener: StoreListener): () => void
}

/** What there is for an entry, and the clock as it was after the call was made. */
export interface StoreRead {
  readonly pointer: string | undefined
  readonly clock: StoreClock
}

/** The invalidation clock of a namespace, as the store has it. */
export interface StoreClock {
  /** The history this clock belongs to: random, lost with the clock. Clocks of two histories cannot be compared. */
  readonly history: string
  readonly clock: number
  /** Invalidations up to here may have been forgotten: entries stamped earlier are invalid. */
  readonly floor: number
}

/** How far somebody has followed the clock of a history. */
export interface SeenClock {
  readonly history: string
  readonly clock: number
}

/** A step of the clock. */
export interface StoreAdvance {
  readonly previous: number
  readonly clock: StoreClock
}

/** A config to be stored: `pointer` under `id`, `blob` under `fingerprint`. */
export interface StoreEntry {
  readonly id: string
  readonly pointer: string
  readonly fingerprint: string
  readonly blob: string
  readonly ttlMs: number
}

/** What was invalidated since then: each target with the clock of its last invalidation. */
export interface StoreChanges {
  readonly clock: StoreClock
  readonly targets: readonly (readonly [target: string, clock: number])[]
}

/** That a worker is alive. */
export interface WorkerPresence {
  readonly worker: string
  /** For how long it is taken to be alive; 0: it leaves. */
  readonly presentForMs: number
}

/** How far a worker has followed the clock. */
export interface WorkerReport extends SeenClock {
  readonly worker: string
}

/** The workers that are taken to be alive. */
export interface WorkerList {
  readonly reports: readonly WorkerReport[]
  /** For how long nothing has been lost of the list: who was there before may have to say so again. */
  readonly keptForMs: number
}

/** An attempt to build an entry that others can wait for. */
export interface Claim {
  /** Unique to this attempt to build. */
  readonly claimant: string
  readonly worker: string
  /** Unless it is renewed before. */
  readonly ttlMs: number
  /** What the claimant had seen of invalidations when it began. */
  readonly asOf: SeenClock
  /** A claimant that may be replaced. */
  readonly instead?: string
  /** If it is granted, what is in the store by then is wanted, too. */
  readonly look?: boolean
}

/** What came of a {@link Claim}: it was granted, or who has it. */
export type Claimed =
  | {
      readonly granted: true
      /** What a {@link StoredEntries.read} of the entry finds that comes after the claim, from a store that can say so in the same round trip. */
      readonly entry?: StoreRead
    }
  | { readonly granted: false; readonly claimant: string; readonly asOf: SeenClock; readonly expiresInMs: number }

/** Hears what the store has for a worker. */
export interface StoreListener {
  /** The clock has moved. `step`, if it is known: from where, by what. Untrusted, like all that comes from a store. */
  onClock(clock: StoreClock, step?: { readonly previous: number; readonly targets: readonly string[] }): void
  onMessage(message: string): void
  /** Listening, again or for the first time: what was sent before may have been missed. */
  onListening(): void
}
