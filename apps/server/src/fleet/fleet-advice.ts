import { type AgentCacheStats, type AuditSummary, mergeAudits, type WorkersStats } from 'rekindle'
import { adviseOn, factsFrom } from 'rekindle/advisor'
import type { Advice } from 'rekindle/advisor'
import { z } from 'zod'
import type { Agents } from '../agents.ts'
import type { Settings } from '../settings.ts'
import type { Suspect, Tuning } from './findings.ts'

/** How the fleet's agents would fare with other settings, and whether they are what the database has. */
export interface FleetAdvice {
  /** When this was found out, in milliseconds since 1970. */
  readonly at: number
  /** `null`: nothing has been written down anywhere. */
  readonly advice: Advice | null
  /** What has been counted, since the workers started, to be read beside what is predicted. */
  readonly served: AgentCacheStats['served']
  readonly audit: {
    readonly rate: number
    readonly all: AuditSummary
    readonly workers: readonly { readonly worker: string; readonly audit: AuditSummary }[]
    /** The latest first. */
    readonly suspects: readonly (Suspect & { readonly worker: string })[]
  }
  readonly autoTune: Settings['autoTune'] | null
  /** The latest first. */
  readonly tunings: readonly (Tuning & { readonly worker: string })[]
  /** Those that have said what they count. */
  readonly workers: readonly string[]
  readonly silent: readonly string[]
  readonly unwatched: readonly string[]
  readonly unreachable: boolean
}

export interface FleetAdviceParts {
  readonly agents: Pick<Agents, 'workers'>
  readonly settings: Pick<Settings, 'autoTune' | 'auditRate'>
  readonly now: () => number
}

const cacheSettings = z.object({
  configTtlMs: z.number(),
  liveTtlMs: z.number(),
  idleMs: z.number(),
  maxAgents: z.number(),
})

/** Workers of other releases may say something else of themselves. */
const findingsShape = z.object({
  findings: z.object({
    suspects: z.array(
      z.object({ agentId: z.string(), outcome: z.enum(['inconsistent', 'unstable']), times: z.number(), at: z.number() }),
    ),
    tunings: z.array(
      z.object({ at: z.number(), from: cacheSettings, to: cacheSettings, target: z.number(), predicted: z.number() }),
    ),
  }),
})

/** Asks all workers, and replays what they have written down. Takes seconds where there is much of it. */
export async function adviseFleet({ agents, settings, now }: FleetAdviceParts): Promise<FleetAdvice> {
  const [fleet, recorded] = await Promise.all([agents.workers.stats(), agents.workers.recordings()])
  const { workers } = fleet
  const stats = workers.map((each) => each.stats)
  const live = recorded.recordings.map(({ page }) => page)
  const recording = new Set(recorded.recordings.map(({ worker }) => worker))
  const watched = workers.filter(({ worker }) => recording.has(worker)).map((each) => each.stats)
  const target = settings.autoTune?.target
  // Each live agent has a config of its own here (agent-scopes.ts), so one recording says all.
  const advice =
    watched.length === 0
      ? null
      : await adviseOn({ live, config: 'live' }, factsFrom(watched), target === undefined ? {} : { target })
  const sum = (tier: keyof AgentCacheStats['served']): number => stats.reduce((total, { served }) => total + served[tier], 0)
  return {
    at: now(),
    advice,
    served: { memory: sum('memory'), config: sum('config'), build: sum('build') },
    audit: {
      rate: settings.auditRate,
      all: mergeAudits(stats.map(({ audit }) => audit)),
      workers: workers.map(({ worker, stats: { audit } }) => ({ worker, audit })),
      suspects: latestFirst(findingsOf(fleet, 'suspects')),
    },
    autoTune: settings.autoTune ?? null,
    tunings: latestFirst(findingsOf(fleet, 'tunings')),
    workers: workers.map(({ worker }) => worker),
    silent: [...new Set([...fleet.silent, ...recorded.silent])],
    unwatched: recorded.unwatched,
    unreachable: fleet.unreachable || recorded.unreachable,
  }
}

type Known = z.output<typeof findingsShape>['findings']

function findingsOf<Kind extends keyof Known>(
  { workers }: WorkersStats,
  kind: Kind,
): (Known[Kind][number] & { readonly worker: string })[] {
  return workers.flatMap(({ worker, about }) => {
    const { data } = findingsShape.safeParse(about)
    return data === undefined ? [] : data.findings[kind].map((each) => ({ ...each, worker }))
  })
}

function latestFirst<Finding extends { readonly at: number }>(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((one, other) => other.at - one.at).slice(0, 20)
}
