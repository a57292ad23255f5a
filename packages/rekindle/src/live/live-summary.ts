import { type AgentKey, type KeyField, projectKey } from '../agent-key.ts'
import type { LiveAgent } from './live-agent.ts'

/** An agent in the memory of one process. */
export interface LiveAgentSummary {
  /** The fields of `liveScope`. */
  readonly key: Partial<AgentKey>
  readonly fingerprint: string | undefined
  /** What it was made from: a stored config, or a full build. */
  readonly source: 'config' | 'build'
  /** How many hold it. */
  readonly leases: number
  /** For how long nobody has. */
  readonly idleMs: number
  /** For how long it may serve without being confirmed; 0: no longer. */
  readonly freshForMs: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export function summaryOf<Config, Agent>(
  live: LiveAgent<Config, Agent>,
  liveScope: readonly KeyField[],
  now: number,
): LiveAgentSummary {
  const { leases, source, createdAt } = live
  return {
    key: projectKey(live, liveScope),
    fingerprint: live.record.fingerprint,
    source,
    leases,
    idleMs: leases > 0 ? 0 : Math.max(0, now - live.idleSince),
    freshForMs: Math.max(0, Math.round(live.freshUntil - now)),
    createdAt,
  }
}
