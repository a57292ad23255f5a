import type { AgentKey } from '../agent-key.ts'
import type { Built } from '../build/agent-builder.ts'
import type { Clock } from '../clock.ts'
import type { AgentCacheEvents } from '../events.ts'
import type { Origin } from '../live/lease.ts'
import { LiveAgent, type LivePeriod } from '../live/live-agent.ts'
import { type MissReason, missReason, type RemovalCause } from '../reasons.ts'

/** How those who waited for a build came by their agent. */
export type BuiltOrigin = Origin & { readonly reason: MissReason }

/** `left`: why the agent was not in memory. */
export function originOf<Config, Agent>(left: RemovalCause | 'cold', built: Built<Config, Agent>): BuiltOrigin {
  const { source, refusal, storeMs, loadMs, createMs } = built
  return {
    source,
    reason: missReason(left, refusal),
    timings: {
      ...(storeMs !== undefined && { storeMs }),
      ...(loadMs !== undefined && { loadMs }),
      ...(createMs !== undefined && { createMs }),
    },
  }
}

/** The event of an agent that has been made. */
export function createdOf<Config, Agent>(
  key: Partial<AgentKey>,
  { source, record, storeMs = 0, loadMs = 0, createMs = 0 }: Built<Config, Agent>,
  { reason }: BuiltOrigin,
): AgentCacheEvents['created'] {
  return { key, source, reason, fingerprint: record.fingerprint, tags: record.tags, durationMs: storeMs + loadMs + createMs }
}

/** A live agent as it begins. `stored`: configs are kept in a store. */
export function liveAgentOf<Config, Agent>(
  built: Built<Config, Agent>,
  agent: Agent,
  key: AgentKey,
  period: LivePeriod,
  { stored, clock }: { readonly stored: boolean; readonly clock: Clock },
): LiveAgent<Config, Agent> {
  const live = new LiveAgent(agent, key, built.record, period, clock.now())
  live.rebuildMs = rebuildMsOf(built, stored)
  live.source = built.source
  return live
}

/**
 * What it would take to make the agent anew, in ms: with its config in a store, no more than making it from that. (An agent that comes with
 * its config has no such time of its own.)
 */
function rebuildMsOf<Config, Agent>(built: Built<Config, Agent>, stored: boolean): number {
  const { record, loadMs = 0, createMs } = built
  const fromConfig = createMs ?? loadMs
  return Math.ceil(stored && record.fingerprint !== undefined ? fromConfig : loadMs + (createMs ?? 0))
}
