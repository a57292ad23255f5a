import type { Source } from './checked-worker.ts'

/** Something that goes wrong at a `Place`: servers, and how to get at them. */
export interface Fault<Place> {
  readonly name: string
  readonly effect: Effect
  /** It is there before any worker has reached the store. */
  readonly atBoot?: true
  /** Brought about by the wire between clients and server. */
  readonly onTheWire?: true
  /** Default: that of the library for `'default'`, else what keeps the matrix short. */
  readonly storeTimeoutMs?: 'default'
  /** Within which the store is used again although the fault lasts. */
  readonly healsWithinMs?: number
  begin(place: Place, namespace: string): Promise<void>
  /** Resolves when the store is back. */
  end(place: Place, namespace: string): Promise<void>
}

/** What requests notice of a fault. */
export type Effect =
  /** The store is of no use, and the breaker opens. */
  | 'unavailable'
  /** It answers, but some of what it holds is of no use; what is built anew is. */
  | 'damaged'
  /** It answers, and what it held is gone, what was invalidated included. So nothing that was made before may be served on. */
  | 'lost'
  /** All is as ever. */
  | 'unnoticed'
  /** It answers some requests and others not. */
  | 'unsteady'

export interface Expectation {
  /** Where a request gets what this worker had in memory. */
  readonly memory: readonly Source[]
  /** Where a request gets what only the store had. */
  readonly config: readonly Source[]
  readonly invalidate: readonly ('taken' | 'refused')[]
  readonly breaker: 'opens' | 'stays closed' | 'may open'
  /** What a request may wait for the store. Where it is not to wait at all, a busy machine shall not look like a fault. */
  readonly storeTimeoutMs: number
}

export const expectations: Readonly<Record<Effect, Expectation>> = {
  unavailable: { memory: ['memory'], config: ['build'], invalidate: ['refused'], breaker: 'opens', storeTimeoutMs: 100 },
  damaged: { memory: ['memory'], config: ['build'], invalidate: ['taken'], breaker: 'stays closed', storeTimeoutMs: 2_000 },
  lost: {
    memory: ['memory', 'build'],
    config: ['build'],
    invalidate: ['taken'],
    breaker: 'stays closed',
    storeTimeoutMs: 2_000,
  },
  unnoticed: { memory: ['memory'], config: ['config'], invalidate: ['taken'], breaker: 'stays closed', storeTimeoutMs: 2_000 },
  unsteady: {
    memory: ['memory', 'config', 'build'],
    config: ['config', 'build'],
    invalidate: ['taken', 'refused'],
    breaker: 'may open',
    storeTimeoutMs: 100,
  },
}

/** The library's default. */
export const defaultStoreTimeoutMs = 250
