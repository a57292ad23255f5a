/** Beyond these the agent that has not been used for longest is forgotten. */
const maxAgents = 1_000
const maxFingerprints = 5

export interface Use {
  readonly agentId: string
  readonly source: 'memory' | 'config' | 'build'
  /** Why it was not in memory. */
  readonly reason: string | undefined
  readonly fingerprint: string | undefined
}

export type UsageOfAgent = {
  readonly agentId: string
  readonly served: { readonly memory: number; readonly config: number; readonly build: number }
  readonly reasons: Readonly<Record<string, number>>
  /** Its versions, the latest used first. */
  readonly fingerprints: readonly string[]
}

interface Counts {
  readonly served: { memory: number; config: number; build: number }
  readonly reasons: Record<string, number>
  fingerprints: string[]
}

/** How the agents of this process were come by, agent by agent, since it started. */
export class AgentUsage {
  /** The latest used last. */
  readonly #agents = new Map<string, Counts>()

  /** A turn has got its agent. */
  record({ agentId, source, reason, fingerprint }: Use): void {
    const counts = this.#agents.get(agentId) ?? { served: { memory: 0, config: 0, build: 0 }, reasons: {}, fingerprints: [] }
    counts.served[source]++
    if (reason !== undefined) counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1
    if (fingerprint !== undefined && counts.fingerprints[0] !== fingerprint) {
      const others = counts.fingerprints.filter((each) => each !== fingerprint)
      counts.fingerprints = [fingerprint, ...others].slice(0, maxFingerprints)
    }
    this.#agents.delete(agentId)
    this.#agents.set(agentId, counts)
    const [eldest] = this.#agents.keys()
    if (this.#agents.size > maxAgents && eldest !== undefined) this.#agents.delete(eldest)
  }

  /** Those used most come first. */
  top(limit: number): UsageOfAgent[] {
    const usage = Array.from(this.#agents, ([agentId, counts]) => ({ agentId, ...counts }))
    return usage.toSorted((one, other) => usesOf(other) - usesOf(one)).slice(0, limit)
  }
}

function usesOf({ served }: UsageOfAgent): number {
  return served.memory + served.config + served.build
}
