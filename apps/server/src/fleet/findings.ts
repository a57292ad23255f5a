import type { CacheSettings } from 'rekindle'
import type { Agents } from '../agents.ts'

/** Of each, the last so many are kept. */
const maxSuspects = 20
const maxTunings = 10

/** What the cache has found out by itself. */
export type Findings = {
  /** Agents that are served and are not what the database has; the latest found first. */
  readonly suspects: readonly Suspect[]
  /** How long agents are kept was changed; the latest first. */
  readonly tunings: readonly Tuning[]
}

export type Suspect = {
  readonly agentId: string
  readonly outcome: 'inconsistent' | 'unstable'
  readonly times: number
  /** When last, in milliseconds since 1970. */
  readonly at: number
}

/** As an interface it would be no JSON to TypeScript. */
type Settings = Readonly<Record<keyof CacheSettings, number>>

export type Tuning = {
  readonly at: number
  readonly from: Settings
  readonly to: Settings
  readonly target: number
  readonly predicted: number
}

/** Begins to listen, and returns what was heard of late at any time. Of users nothing is kept. */
export function keepFindings(agents: Pick<Agents, 'on'>, now: () => number): () => Findings {
  const suspects = new Map<string, Suspect>()
  const tunings: Tuning[] = []
  agents.on('audited', ({ key: { agentId = '' }, outcome }) => {
    if (outcome !== 'inconsistent' && outcome !== 'unstable') return
    const times = (suspects.get(agentId)?.times ?? 0) + 1
    suspects.delete(agentId)
    suspects.set(agentId, { agentId, outcome, times, at: now() })
    const [eldest] = suspects.keys()
    if (suspects.size > maxSuspects && eldest !== undefined) suspects.delete(eldest)
  })
  agents.on('tuned', (change) => {
    tunings.unshift({ at: now(), ...change })
    tunings.length = Math.min(tunings.length, maxTunings)
  })
  return () => ({ suspects: [...suspects.values()].reverse(), tunings: [...tunings] })
}
