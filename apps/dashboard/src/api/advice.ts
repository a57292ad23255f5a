import type { AuditSummary, CacheSettings } from 'rekindle'
import type { Advice } from 'rekindle/advisor'
import type { ByTier } from '../fleet/about.ts'
import { call } from './client.ts'

/** An agent that was served and is not what the database has. */
export interface Suspect {
  readonly worker: string
  readonly agentId: string
  /** `unstable`: it is another each time it is loaded. */
  readonly outcome: 'inconsistent' | 'unstable'
  readonly times: number
  readonly at: number
}

/** How long agents are kept was changed, by the worker itself. */
interface Tuning {
  readonly worker: string
  readonly at: number
  readonly from: CacheSettings
  readonly to: CacheSettings
  readonly target: number
  readonly predicted: number
}

export interface AuditReport {
  /** The part of what is served that is compared. */
  readonly rate: number
  readonly all: AuditSummary
  readonly workers: readonly { readonly worker: string; readonly audit: AuditSummary }[]
  readonly suspects: readonly Suspect[]
}

export interface FleetAdvice {
  /** The server's time, in milliseconds since 1970. */
  readonly at: number
  /** null: nothing has been written down. */
  readonly advice: Advice | null
  /** Since the workers started. */
  readonly served: ByTier<number>
  readonly audit: AuditReport
  /** null: it is off. */
  readonly autoTune: { readonly target: number; readonly minTtlMs: number; readonly maxTtlMs: number } | null
  readonly tunings: readonly Tuning[]
  readonly workers: readonly string[]
  readonly silent: readonly string[]
  readonly unwatched: readonly string[]
  readonly unreachable: boolean
}

export const getAdvice = (signal?: AbortSignal): Promise<FleetAdvice> => call('/api/advice', { ...(signal && { signal }) })
