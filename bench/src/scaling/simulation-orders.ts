import type { FleetPlan } from './fleet-plan.ts'

/** What a process can simulate, once. */
export type Simulation =
  | { readonly type: 'small'; readonly ms: number; readonly seed: number }
  | { readonly type: 'dead node'; readonly shards: number; readonly together: readonly number[] }
  | ({ readonly plan: FleetPlan } & (Calm | Storm | Herd | Fault | { readonly type: 'confirm' | 'hot' }))

export interface Calm {
  readonly type: 'rest' | 'steady'
  readonly ms: number
}

/** Invalidations by all workers. */
export interface Storm {
  readonly type: 'storm'
  readonly perSecond: number
  /** `agents`: any of them, again and again. `ten agents`: so many by one call. `sessions`: each another one. */
  readonly of: 'agents' | 'ten agents' | 'sessions' | 'all'
  readonly ms: number
}

/** All workers are replaced, evenly within this time. */
export interface Herd {
  readonly type: 'herd'
  readonly withinMs: number
  readonly ms: number
  /** With another `configVersion`. */
  readonly newVersion: boolean
}

/** `fails over`: dies, and another server, with the same data, takes its place after 5 s. */
export interface Fault {
  readonly type: 'fault'
  readonly what: 'fails over' | 'hangs' | 'is ten times slower'
  readonly node: 'clock' | 'another'
}

/** What Redis had to do in some time, and how requests were served. Rates are per second. */
export interface Figures {
  /** Processor time of the node with the invalidation clock, and of the busiest other; 1 is all there is. */
  readonly hub: number
  readonly other: number
  /** Of the busiest node, within a second. */
  readonly peak: number
  readonly connections: number
  readonly commands: Readonly<Record<string, number>>
  readonly messages: number
  readonly megabytes: number
  readonly requests: number
  /** Parts of the requests. */
  readonly memory: number
  readonly config: number
  readonly build: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
  readonly slowest: number
  readonly loads: number
  readonly mostLoadsAtOnce: number
}

export interface StormFigures extends Figures {
  /** Until all workers had heard of an invalidation, ms; `undefined` if they never did. */
  readonly heardP50: number | undefined
  readonly heardP99: number | undefined
  /** Part of the invalidations. */
  readonly refused: number
  /** How old an entry can be and still be valid, ms; `undefined`: nothing has been forgotten. */
  readonly validFor: number | undefined
}

export interface ConfirmFigures {
  readonly ms: number
  readonly messages: number
  readonly hubMs: number
}

export interface FaultFigures {
  readonly before: Figures
  readonly during: Figures
  readonly after: Figures
  /** Until no more than twice as much was loaded as before, ms. */
  readonly recoveredAfterMs: number
}

export interface HotFigures extends Figures {
  readonly builds: number
  readonly waited: number
  /** Until somebody had the new config, ms. */
  readonly firstMs: number
  readonly readsPerSecond: number
}

export interface DeadNodeFigures {
  readonly together: readonly number[]
  /** Part of the reads, for each. */
  readonly failures: readonly number[]
}
