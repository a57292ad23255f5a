import type { Built } from './build/agent-builder.ts'
import type { Origin } from './live/lease.ts'
import { type MissReason, missReason, type RemovalCause } from './reasons.ts'

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

/**
 * What it would take to make the agent anew, in ms: with its config in a store, no more than making it from that. (An agent that comes with
 * its config has no such time of its own.)
 */
export function rebuildMsOf<Config, Agent>(built: Built<Config, Agent>, stored: boolean): number {
  const { record, loadMs = 0, createMs } = built
  const fromConfig = createMs ?? loadMs
  return Math.ceil(stored && record.fingerprint !== undefined ? fromConfig : loadMs + (createMs ?? 0))
}
