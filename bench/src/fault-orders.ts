import type { FaultCacheName } from './fault-caches.ts'

/** What the process of a cell can be told to do. */
export type FaultOrder = OpenFaulted | AskFaulted | Reunite | Inspect

/**
 * Has another cache of its kind store `stored` and `warmUp`, and opens the one to be measured, which is asked for the latter.
 * Answered with whether it found all of that in the store. While the store is not `up`, it is only opened.
 */
export interface OpenFaulted {
  readonly type: 'open'
  readonly cache: FaultCacheName
  /** Of the Redis itself. */
  readonly redisPort: number
  /** Of the way there that gets damaged. */
  readonly linkPort: number
  readonly stored: readonly string[]
  readonly warmUp: readonly string[]
  readonly up: boolean
}

/**
 * Tells each {@link Request} as it is answered, and resolves when all are, or the time is over. While one waits, others come:
 * a server has no pause in which a silent connection would be noticed.
 */
export interface AskFaulted {
  readonly type: 'ask'
  readonly requests: readonly { readonly key: string; readonly atMs: number }[]
  readonly everyMs: number
  readonly withinMs: number
}

/**
 * Again and again, a new cache of the same kind that has seen no fault stores something, and the measured one asks for it.
 * Answered with the milliseconds until it found that in the store, from now, or `undefined` if it did not in time.
 */
export interface Reunite {
  readonly type: 'reunite'
  readonly withinMs: number
}

/** A new cache of the same kind asks for these keys. Answered with what it found of each. */
export interface Inspect {
  readonly type: 'inspect'
  readonly keys: readonly string[]
}

/** What a request came to. `foreign` is the right value of another key, `malformed` what is no value of any. */
export type Outcome = 'right' | 'undefined' | 'foreign' | 'malformed' | 'error'

export interface Request {
  readonly key: string
  /** When it began, from the order. */
  readonly atMs: number
  readonly ms: number
  readonly outcome: Outcome
  /** Nothing was loaded for it: it came out of the store. */
  readonly found: boolean
  readonly error?: string
}

export type FaultMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'answered'; readonly request: Request }
  | { readonly type: 'done'; readonly result?: unknown }
