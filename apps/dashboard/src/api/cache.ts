import type { WorkersExplanation, WorkersStats } from 'rekindle'
import { call } from './client.ts'

export interface Fleet extends WorkersStats {
  /** The server's time, in milliseconds since 1970. */
  readonly now: number
}

export interface AskedKey {
  readonly agentId: string
  readonly userId?: string
  readonly sessionId?: string
  readonly reasoning?: boolean | string
}

export type InvalidationTarget = Partial<AskedKey> | { readonly tags: readonly string[] } | 'all'

export interface Invalidated {
  readonly confirmed: boolean
  readonly unconfirmed?: readonly string[]
}

export const getFleet = (signal?: AbortSignal): Promise<Fleet> => call('/api/fleet', { ...(signal && { signal }) })

export const explain = (key: AskedKey): Promise<WorkersExplanation> => call('/api/cache/explain', { method: 'POST', body: key })

export const invalidate = (target: InvalidationTarget): Promise<Invalidated> =>
  call('/api/cache/invalidate', { method: 'POST', body: { target, confirm: true } })
