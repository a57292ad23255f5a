import type { AgentKey } from '../agent-key.ts'
import type { ConfigStanding } from '../config/config-inspection.ts'
import type { LiveAgentSummary } from '../live/live-summary.ts'
import type { Standing } from '../live/live-tier.ts'
import type { Happening } from './timeline.ts'

/** Where a key stands in the memory of one process. */
export type MemoryStanding =
  | { readonly present: false }
  | (Omit<LiveAgentSummary, 'key'> & {
      readonly present: true
      /** `fresh`: a request gets it. `stale`: it does, and a newer one is made. `expired`, `idle`: the next request makes a new one. */
      readonly standing: Standing
      readonly ageMs: number
      /** What it depends on, as `loadConfig` named it; the first of many. */
      readonly tags: readonly string[]
    })

/** An invalidation that names a key or what it depends on. */
export interface LastInvalidation {
  /** `*`: everything; `#"…"`: a tag; otherwise fields of a key, as JSON. */
  readonly target: string
  readonly clock: number
  /** When that was by the clock of the store's machine, in milliseconds since 1970; `undefined` where the clock tells no time. */
  readonly at: number | undefined
  /** False: no store has taken it, so only this process knows of it. */
  readonly confirmed: boolean
}

/** Where a key stands: in the memory of this process, in the store, and how it came to that. */
export interface Explanation {
  /** The fields of `liveScope`. */
  readonly key: Partial<AgentKey>
  readonly memory: MemoryStanding
  readonly config: ConfigStanding
  readonly invalidation: {
    /** Of those remembered, which reach back as far as any stored config. */
    readonly last: LastInvalidation | undefined
    /** False: there may have been a later one. The store has not been asked, or it is not known by which tags to look. */
    readonly sure: boolean
  }
  /** What happened to it in this process, the latest first: the last 16 of the last 1 000 keys to which anything did. */
  readonly timeline: readonly Happening[]
}

/** What all processes say alike. */
export type StoredExplanation = Omit<Explanation, 'memory' | 'timeline'>

/** What only the process itself can say. */
export type LocalExplanation = Pick<Explanation, 'memory' | 'timeline'>
