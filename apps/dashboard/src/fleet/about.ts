/** What a worker of the server says of itself, in the description that rekindle passes on unread. */
export interface About {
  readonly pid: number
  readonly host: string
  readonly startedAt: number
  readonly rssBytes: number
  /** In progress. */
  readonly turns: number
  readonly sockets: number
  /** The 99th percentile, in milliseconds. */
  readonly eventLoopDelayMs: number
  readonly agents: readonly AgentUse[]
  readonly series: Series
}

export const tiers = ['memory', 'config', 'build'] as const
export type Tier = (typeof tiers)[number]
export type ByTier<Value> = Readonly<Record<Tier, Value>>

export interface AgentUse {
  readonly agentId: string
  readonly served: ByTier<number>
  /** Why it was not in memory, and how often. */
  readonly reasons: Readonly<Record<string, number>>
  /** The latest first. */
  readonly fingerprints: readonly string[]
  readonly live: number
}

/** What happened in each step of time, the oldest first. */
export interface Series extends ByTier<readonly number[]> {
  readonly stepMs: number
  readonly from: number
  readonly failed: readonly number[]
  readonly live: readonly number[]
  readonly inUse: readonly number[]
  readonly p50: ByTier<readonly (number | null)[]>
  readonly p99: ByTier<readonly (number | null)[]>
}

/** A worker of another release may say something else: then nothing, rather than a page that breaks. */
export function readAbout(value: unknown): About | undefined {
  const about = Object(value) as Partial<About>
  const { agents, series } = about
  if (!numbers(about.pid, about.startedAt, about.rssBytes, about.turns, about.sockets, about.eventLoopDelayMs)) return undefined
  if (typeof about.host !== 'string' || !Array.isArray(agents) || !agents.every(isAgentUse) || !isSeries(series)) return undefined
  return about as About
}

function isAgentUse(value: unknown): value is AgentUse {
  const { agentId, served, reasons, fingerprints, live } = Object(value) as Partial<AgentUse>
  return (
    typeof agentId === 'string' &&
    isByTier(served, (count) => numbers(count)) &&
    numbers(...Object.values(Object(reasons) as object), live) &&
    Array.isArray(fingerprints) &&
    fingerprints.every((each) => typeof each === 'string')
  )
}

function isSeries(value: unknown): value is Series {
  const { stepMs, from, failed, live, inUse, p50, p99, ...served } = Object(value) as Partial<Series>
  const counts = (list: unknown): boolean => Array.isArray(list) && numbers(...(list as unknown[]))
  const times = (list: unknown): boolean => Array.isArray(list) && list.every((each) => each === null || numbers(each))
  return (
    numbers(stepMs, from) &&
    (stepMs ?? 0) > 0 &&
    [failed, live, inUse].every(counts) &&
    isByTier(served, counts) &&
    isByTier(p50, times) &&
    isByTier(p99, times)
  )
}

function isByTier(value: unknown, holds: (each: unknown) => boolean): boolean {
  return tiers.every((tier) => holds((Object(value) as Partial<ByTier<unknown>>)[tier]))
}

function numbers(...values: readonly unknown[]): boolean {
  return values.every((value) => Number.isFinite(value))
}
