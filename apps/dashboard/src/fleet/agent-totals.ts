import { type About, type AgentUse, type ByTier, tiers } from './about.ts'
import { byTier } from './fleet-series.ts'

/** How one agent is used, over all workers. */
export interface AgentTotals {
  readonly agentId: string
  readonly served: ByTier<number>
  readonly requests: number
  /** The most frequent first. */
  readonly reasons: readonly (readonly [reason: string, count: number])[]
  readonly live: number
  /** The latest version of each worker that has served it. */
  readonly versions: readonly { readonly worker: string; readonly fingerprint: string | undefined }[]
}

/** By agent. Each worker tells of its most used ones alone, so of others a part may be missing. */
export function agentTotals(
  workers: readonly { readonly worker: string; readonly about: About | undefined }[],
): ReadonlyMap<string, AgentTotals> {
  const uses = workers.flatMap(({ worker, about }) => (about?.agents ?? []).map((use) => ({ worker, use })))
  return new Map([...Map.groupBy(uses, ({ use }) => use.agentId)].map(([agentId, of]) => [agentId, added(agentId, of)]))
}

function added(agentId: string, uses: readonly { readonly worker: string; readonly use: AgentUse }[]): AgentTotals {
  const served = byTier((tier) => uses.reduce((sum, { use }) => sum + use.served[tier], 0))
  const reasons = new Map<string, number>()
  for (const { use } of uses) {
    for (const [reason, count] of Object.entries(use.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  }
  return {
    agentId,
    served,
    requests: tiers.reduce((sum, tier) => sum + served[tier], 0),
    reasons: [...reasons].filter(([, count]) => count > 0).toSorted(([, one], [, other]) => other - one),
    live: uses.reduce((sum, { use }) => sum + use.live, 0),
    versions: uses.map(({ worker, use }) => ({ worker, fingerprint: use.fingerprints[0] })),
  }
}
