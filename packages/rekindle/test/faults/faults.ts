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
  /** The same, but until that is noticed, which takes a write, what is read is good. */
  | 'unwritable'
  /** It answers, but some of what it holds is of no use; what is built anew is. */
  | 'damaged'
  /** It answers, and what it held is gone, what was invalidated included. So nothing that was made before may be served on. */
  | 'lost'
  /** The same for what was invalidated only, which is noticed by who has to know. */
  | 'forgotten'
  /** All is as ever. */
  | 'unnoticed'
  /** It answers some requests and others not. */
  | 'unsteady'

export interface Expectation {
  /** Where a request gets what this worker had in memory. */
  readonly memory: readonly Source[]
  /** Where a request gets what only the store had. (Once the breaker is open, it is built.) */
  readonly config: readonly Source[]
  readonly invalidate: readonly ('taken' | 'refused')[]
  readonly breaker: 'opens' | 'stays closed' | 'may open'
  /** What a request may wait for the store. Where it is not to wait at all, a busy machine shall not look like a fault. */
  readonly storeTimeoutMs: number
}

const unavailable: Expectation = {
  memory: ['memory'],
  config: ['build'],
  invalidate: ['refused'],
  breaker: 'opens',
  storeTimeoutMs: 100,
}
const unnoticed: Expectation = {
  memory: ['memory'],
  config: ['config'],
  invalidate: ['taken'],
  breaker: 'stays closed',
  storeTimeoutMs: 2_000,
}

export const expectations: Readonly<Record<Effect, Expectation>> = {
  unavailable,
  unwritable: { ...unavailable, config: ['config', 'build'] },
  damaged: { ...unnoticed, config: ['build'] },
  lost: { ...unnoticed, memory: ['memory', 'build'], config: ['build'] },
  forgotten: { ...unnoticed, memory: ['memory', 'build'], config: ['config', 'build'] },
  unnoticed,
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
