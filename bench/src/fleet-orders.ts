import type { FleetGround } from './fleet-cache.ts'
import type { CacheName } from './fleet-caches.ts'

/** What a worker process can be told to do. Times are by the clock of {@link now}. */
export type Order =
  | { readonly type: 'open'; readonly cache: CacheName; readonly ground: FleetGround }
  | Ask
  | { readonly type: 'fill'; readonly agentIds: readonly string[] }
  | { readonly type: 'has'; readonly agentId: string }
  | { readonly type: 'watch'; readonly agentIds: readonly string[]; readonly withinMs: number }
  | { readonly type: 'hit'; readonly agentId: string; readonly slices: number }
  | Invalidate

/** Many callers at once want one agent. Answered with {@link Asked}. */
export interface Ask {
  readonly type: 'ask'
  readonly agentId: string
  readonly callers: number
  /** When they ask. */
  readonly at: number
  readonly loadMs: number
  /** Callers who have no answer by then are given up. */
  readonly withinMs: number
  /** The process kills itself so long after it has begun a load. */
  readonly diesAfterMs?: number
}

export interface Asked {
  /** Begun in this process. */
  readonly loads: number
  readonly answered: number
  /** When the last answer came. */
  readonly until: number
}

/** In this order. Answered with when each call began, and when it had resolved. */
export interface Invalidate {
  readonly type: 'invalidate'
  readonly agentIds: readonly string[]
  readonly confirm: boolean
  /** Calls that are under way at any moment. */
  readonly atOnce: number
  /** A pause before each, at random up to so long, so that no timer of a listener is met in step. */
  readonly pauseMs: number
}

export interface Invalidated {
  readonly began: number
  readonly ended: number
}

/** A few memory hits, one after the other. */
export interface HitSlice {
  readonly at: number
  /** Of one of them. */
  readonly ns: number
}

/** Milliseconds of the monotonic clock, which all processes of a Linux machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
