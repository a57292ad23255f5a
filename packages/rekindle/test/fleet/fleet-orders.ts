import type { InvalidateOptions, InvalidationTarget } from '../../src/index.ts'

export interface Start {
  readonly type: 'start'
  readonly store: { readonly sqlite: string } | { readonly redisPort: number }
  /** Holds a file per agent, with its version: the source of truth. */
  readonly folder: string
  /** What a load takes after it has read the source: from, to. */
  readonly loadMs: readonly [number, number]
  readonly options: {
    readonly maxStalenessMs?: number
    readonly whenUnsynced?: 'serve' | 'rebuild'
    readonly storeTimeoutMs?: number
    readonly configTtlMs?: number
    readonly live?: { readonly maxAgents?: number }
  }
}

export type Order =
  | Start
  | { readonly type: 'ask'; readonly agentId: string; readonly times: number }
  | { readonly type: 'invalidate'; readonly target: InvalidationTarget; readonly options?: InvalidateOptions }
  | { readonly type: 'load'; readonly names: readonly string[] }
  | { readonly type: 'stopLoad' | 'stats' | 'close' }

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: {
    readonly message: string
    readonly code: string | undefined
    readonly workers: readonly string[] | undefined
  }
}

/** What a request was given. Times in milliseconds of the clock that all processes share. */
export interface Observation {
  readonly at: number
  readonly until: number
  readonly agentId: string
  readonly version: number
  readonly source: 'memory' | 'config' | 'build'
}
