import type { AuditSummary, AuditWindow } from '../audit/audit-summary.ts'
import type { LatencySummary } from '../counts/latency.ts'
import { eventNames } from '../events.ts'
import { configRefusals, missReasons, removalCauses } from '../reasons.ts'
import type { AgentCacheStats } from '../counts/stats.ts'

/** What a metric says of one cache: once, or once for each value of its attribute. */
export interface Reading<Value> {
  readonly value: Value
  readonly of?: string
}

interface Named {
  /** As OpenTelemetry has it. Prometheus' name follows from it, from the unit and the kind. */
  readonly name: string
  /** `s`, or what is counted, in braces. Durations in `stats()` are in milliseconds: {@link read} gives what the unit says. */
  readonly unit: string
  readonly help: string
  /** What tells its readings apart, besides `namespace` and `worker`. */
  readonly attribute?: string
}

/** A number: of a counter it only grows while the cache lives, a gauge is the state of this moment. */
export interface NumberMetric extends Named {
  readonly kind: 'counter' | 'gauge'
  read(stats: AgentCacheStats): readonly Reading<number>[]
}

export interface DurationMetric extends Named {
  readonly kind: 'histogram'
  /** In milliseconds, as they are counted. */
  read(stats: AgentCacheStats): readonly Reading<LatencySummary>[]
  /** Where each duration is published as it is measured, for those who count for themselves. */
  readonly published: 'served' | 'load' | 'create' | 'nowhere'
}

const one = <Value>(value: Value): readonly Reading<Value>[] => [{ value }]

/** Those that are known here: what another worker says may have more, of any kind. */
const each = <const Name extends string, Value>(
  names: readonly Name[],
  values: Readonly<Record<NoInfer<Name>, Value>>,
): Reading<Value>[] => names.map((name) => ({ of: name, value: values[name] }))

const recent = ({ windows }: AuditSummary, value: (window: AuditWindow) => number | undefined): Reading<number>[] =>
  [1, 5, 10].flatMap((minutes) => {
    const window = windows.find((each) => each.minutes === minutes)
    const said = window && value(window)
    return said === undefined ? [] : { of: String(minutes), value: said }
  })

const tiers = ['memory', 'config', 'build'] as const

export const numbers: readonly NumberMetric[] = [
  {
    name: 'rekindle.requests',
    unit: '{request}',
    kind: 'counter',
    help: 'Agents handed out, by the tier that served them.',
    attribute: 'tier',
    read: ({ served }) => each(tiers, served),
  },
  {
    name: 'rekindle.requests.failed',
    unit: '{request}',
    kind: 'counter',
    help: 'Requests that got an error instead of an agent.',
    read: ({ failed }) => one(failed),
  },
  {
    name: 'rekindle.requests.waiting',
    unit: '{request}',
    kind: 'gauge',
    help: 'Requests that wait for an agent.',
    read: ({ waiting }) => one(waiting),
  },
  {
    name: 'rekindle.misses',
    unit: '{request}',
    kind: 'counter',
    help: 'Agents handed out that were not in memory, by why they were not.',
    attribute: 'reason',
    read: ({ misses }) => each(missReasons, misses),
  },
  {
    name: 'rekindle.config.reads',
    unit: '{read}',
    kind: 'counter',
    help: 'Looks into the store for a config: used, or why there was none to use.',
    attribute: 'result',
    read: ({ configReads: { used, refused } }) => [{ of: 'used', value: used }, ...each(configRefusals, refused)],
  },
  {
    name: 'rekindle.creations',
    unit: '{agent}',
    kind: 'counter',
    help: 'Agents made, from a stored config or by a full build, and refreshes that found nothing new (unchanged).',
    attribute: 'source',
    read: ({ created }) => each(['config', 'build', 'unchanged'], created),
  },
  {
    name: 'rekindle.removals',
    unit: '{agent}',
    kind: 'counter',
    help: 'Agents that left memory, by why.',
    attribute: 'cause',
    read: ({ removals }) => each(removalCauses, removals),
  },
  {
    name: 'rekindle.agents.live',
    unit: '{agent}',
    kind: 'gauge',
    help: 'Agents in memory that a new request could get.',
    read: ({ live }) => one(live),
  },
  {
    name: 'rekindle.agents.idle',
    unit: '{agent}',
    kind: 'gauge',
    help: 'Agents in memory that nobody holds.',
    read: ({ idle }) => one(idle),
  },
  {
    name: 'rekindle.agents.in_use',
    unit: '{agent}',
    kind: 'gauge',
    help: 'Agents held, those retired meanwhile included.',
    read: ({ inUse }) => one(inUse),
  },
  {
    name: 'rekindle.builds.in_progress',
    unit: '{build}',
    kind: 'gauge',
    help: 'Builds in progress, refreshes included.',
    read: ({ building }) => one(building),
  },
  {
    name: 'rekindle.store.up',
    unit: '',
    kind: 'gauge',
    help: '1 while the store answers, 0 while requests do not wait for it. Absent without a store.',
    read: ({ store: { state } }) => (state === 'none' ? [] : one(state === 'up' ? 1 : 0)),
  },
  {
    name: 'rekindle.store.calls',
    unit: '{call}',
    kind: 'counter',
    help: 'Calls of the store: answered in time, or failed or too slow.',
    attribute: 'outcome',
    read: ({ store: { latency, failures } }) => each(['answered', 'failed'], { answered: latency.count, failed: failures }),
  },
  {
    name: 'rekindle.store.time',
    unit: 's',
    kind: 'counter',
    help: 'What the calls that the store answered in time took together.',
    read: ({ store }) => one(store.latency.sum / 1000),
  },
  {
    name: 'rekindle.synced',
    unit: '',
    kind: 'gauge',
    help: '1 if the store said, when last asked, what was invalidated; 0 if it did not.',
    read: ({ synced }) => one(synced ? 1 : 0),
  },
  {
    name: 'rekindle.written.configs',
    unit: '{config}',
    kind: 'counter',
    help: 'Configs given to the store to keep.',
    read: ({ written }) => one(written.configs),
  },
  {
    name: 'rekindle.written.characters',
    unit: '{character}',
    kind: 'counter',
    help: 'UTF-16 code units given to the store: of configs, and of what points to them.',
    attribute: 'part',
    read: ({ written }) => each(['config', 'pointer'], { config: written.configLength, pointer: written.pointerLength }),
  },
  {
    name: 'rekindle.events',
    unit: '{event}',
    kind: 'counter',
    help: 'How often each event of the cache has happened. Of memory hits, one in 128 is an event (served).',
    attribute: 'event',
    read: ({ events }) => each(eventNames, events),
  },
  {
    name: 'rekindle.settings.config_ttl',
    unit: 's',
    kind: 'gauge',
    help: 'How long a config is fresh, as it is now (configTtlMs).',
    read: ({ settings }) => one(settings.configTtlMs / 1000),
  },
  {
    name: 'rekindle.settings.live_ttl',
    unit: 's',
    kind: 'gauge',
    help: 'How long an agent may stay in memory, as it is now (live.ttlMs).',
    read: ({ settings }) => one(settings.liveTtlMs / 1000),
  },
  {
    name: 'rekindle.settings.idle',
    unit: 's',
    kind: 'gauge',
    help: 'How long an agent that nobody asks for stays in memory, as it is now (live.idleMs).',
    read: ({ settings }) => one(settings.idleMs / 1000),
  },
  {
    name: 'rekindle.settings.max_agents',
    unit: '{agent}',
    kind: 'gauge',
    help: 'How many agents memory holds at most, as it is now (live.maxAgents).',
    read: ({ settings }) => one(settings.maxAgents),
  },
  {
    name: 'rekindle.audit.checks',
    unit: '{config}',
    kind: 'counter',
    help: 'Served configs that were chosen to be compared with their source (auditRate), by what came of it.',
    attribute: 'outcome',
    read: ({ audit }) => each(['consistent', 'inconsistent', 'unstable', 'failed', 'skipped'], audit),
  },
  {
    name: 'rekindle.audit.recent',
    unit: '{config}',
    kind: 'gauge',
    help: 'Served configs that were compared in the last minutes. Absent without an audit.',
    attribute: 'minutes',
    read: ({ audit }) => recent(audit, ({ audited }) => audited),
  },
  {
    name: 'rekindle.audit.recent.inconsistent',
    unit: '{config}',
    kind: 'gauge',
    help: 'Of those, the ones that were not what their source says. Absent without an audit.',
    attribute: 'minutes',
    read: ({ audit }) => recent(audit, ({ inconsistent }) => inconsistent),
  },
  {
    name: 'rekindle.audit.nines',
    unit: '',
    kind: 'gauge',
    help: 'How consistent what was served in the last minutes is: 3 means 99.9 %. Absent where nothing was compared.',
    attribute: 'minutes',
    read: ({ audit }) => recent(audit, ({ nines }) => nines),
  },
]

export const durations: readonly DurationMetric[] = [
  {
    name: 'rekindle.request.duration',
    unit: 's',
    kind: 'histogram',
    help: 'From asking to holding, by tier. Of memory hits one in 128 is timed, so this counts fewer than there were.',
    attribute: 'tier',
    read: ({ latency }) => each(tiers, latency),
    published: 'served',
  },
  {
    name: 'rekindle.load.duration',
    unit: 's',
    kind: 'histogram',
    help: 'What loading configs from their source took, where it gave one.',
    read: ({ work }) => one(work.load),
    published: 'load',
  },
  {
    name: 'rekindle.create.duration',
    unit: 's',
    kind: 'histogram',
    help: 'What making agents of their configs took, where it gave one.',
    read: ({ work }) => one(work.create),
    published: 'create',
  },
  {
    name: 'rekindle.store.duration',
    unit: 's',
    kind: 'histogram',
    help: 'What calls took that the store answered in time.',
    read: ({ store }) => one(store.latency),
    published: 'nowhere',
  },
]

/** Of the Prometheus exporter itself: the numbers of some caches are missing from what was scraped. */
export const failedReads = {
  name: 'rekindle.scrape.failures',
  unit: '{read}',
  kind: 'counter',
  help: 'Scrapes in which the numbers of a cache, or of the workers asked, could not be had.',
} as const
