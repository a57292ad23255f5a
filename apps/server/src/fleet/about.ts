import { hostname } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Agents } from '../agents.ts'
import type { AgentUsage, UsageOfAgent } from './agent-usage.ts'
import type { Findings } from './findings.ts'
import { Series } from './series.ts'
import type { SeriesReport } from './series.ts'

const stepMs = 5_000
const steps = 120
const delayResolutionMs = 20
const maxAgents = 100
/** What others are told has 64 KB of room; this is what the agents may take of it, in characters of JSON. */
const agentsBudget = 40_000

/** What a worker says of itself to whoever asks all of them. (TypeScript knows only of types, not of interfaces, to be JSON.) */
export type About = {
  readonly pid: number
  readonly host: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly rssBytes: number
  /** Turns in progress. */
  readonly turns: number
  /** WebSockets. */
  readonly sockets: number
  /** 99 % of the timers of the last step were late by at most this. */
  readonly eventLoopDelayMs: number
  /** Those used most come first. */
  readonly agents: readonly AboutAgent[]
  readonly series: SeriesReport
  readonly findings: Findings
}

type AboutAgent = UsageOfAgent & {
  /** In memory now, for different users. */
  readonly live: number
}

export interface AboutParts {
  readonly agents: Pick<Agents, 'stats' | 'liveAgents'>
  readonly usage: AgentUsage
  readonly findings: () => Findings
  readonly turns: () => number
  readonly sockets: () => number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Begins to watch this process, and returns what it has to say at any time. Keeps no process alive. */
export function aboutThisProcess({ agents, usage, findings, turns, sockets, now }: AboutParts): () => About {
  const startedAt = Math.round(now() - process.uptime() * 1000)
  const series = new Series({ stepMs, length: steps }, agents.stats(), now())
  const delays = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delays.enable()
  let eventLoopDelayMs = 0
  const timer = setInterval(() => {
    series.add(agents.stats(), now())
    eventLoopDelayMs = latenessOf(delays.percentile(99))
    delays.reset()
  }, stepMs)
  timer.unref()
  return () => ({
    pid: process.pid,
    host: hostname(),
    startedAt,
    rssBytes: process.memoryUsage.rss(),
    turns: turns(),
    sockets: sockets(),
    eventLoopDelayMs,
    agents: withinBudget(usage.top(maxAgents).map(liveIn(agents))),
    series: series.report(),
    findings: findings(),
  })
}

/** The histogram is of the time between two looks. */
function latenessOf(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e4 - delayResolutionMs * 100) / 100)
}

function liveIn(agents: AboutParts['agents']): (usage: UsageOfAgent) => AboutAgent {
  const live = new Map<string, number>()
  for (const { key } of agents.liveAgents({ limit: Infinity })) {
    const { agentId = '' } = key
    live.set(agentId, (live.get(agentId) ?? 0) + 1)
  }
  return (usage) => ({ ...usage, live: live.get(usage.agentId) ?? 0 })
}

function withinBudget(agents: readonly AboutAgent[]): AboutAgent[] {
  let length = 0
  return agents.filter((agent) => (length += JSON.stringify(agent).length + 1) <= agentsBudget)
}
