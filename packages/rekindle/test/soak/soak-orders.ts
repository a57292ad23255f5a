import type { AgentCacheStats } from '../../src/index.ts'

/** What a worker of the soak is told first. */
export interface SoakStart {
  readonly type: 'start'
  readonly store: { readonly sqlite: string } | { readonly redisPort: number; readonly library: 'ioredis' | 'node-redis' }
  /** Holds a file per agent, with its version: the source of truth. */
  readonly folder: string
  readonly agents: readonly string[]
  readonly users: number
  readonly maxStalenessMs: number
}

export type SoakOrder =
  | SoakStart
  | { readonly type: 'run' | 'tally' | 'rest' | 'close' }
  /** An edit whose invalidation had completed at `at`. */
  | { readonly type: 'edited'; readonly agentId: string; readonly version: number; readonly at: number }
  | { readonly type: 'invalidate'; readonly agentId: string; readonly how: 'agent' | 'tag' | 'all' }

/** How far a worker is. */
export interface SoakTally {
  readonly operations: number
  readonly served: AgentCacheStats['served']
  readonly synced: boolean
  /** After a full collection of garbage. */
  readonly heapBytes: number
  /** What must never happen, in words; the first few of each. */
  readonly wrong: readonly string[]
}

/** How a worker is when nobody asks it for anything any more, and when it has closed. */
export interface SoakRest {
  readonly stats: Pick<AgentCacheStats, 'live' | 'idle' | 'inUse' | 'waiting' | 'building'>
  /** Agents made and not disposed, by the application's own count. */
  readonly open: number
  /** What keeps the event loop, by kind, beyond what was there at the start. */
  readonly resources: readonly string[]
  /** Listeners on `process`, beyond those at the start. */
  readonly listeners: number
}

/** On Linux all processes read the same monotonic clock. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
