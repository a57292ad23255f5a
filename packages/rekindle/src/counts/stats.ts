import type { AuditSummary } from '../audit/audit-summary.ts'
import type { CacheIdentity, EventName, Events } from '../events.ts'
import { Latency, type LatencySummary } from './latency.ts'
import type { Origin } from '../live/lease.ts'
import { type ConfigRefusal, configRefusals, countersOf, type MissReason, missReasons, type RemovalCause } from '../reasons.ts'
import type { StoreHealth } from '../resilience/store-health.ts'
import type { CacheSettings } from '../settings.ts'

/** Counts since the cache was made, and the state of this moment. */
export interface AgentCacheStats extends CacheIdentity {
  /** Agents handed out, by the tier that served them. A request that joined another's build counts as served by that build. */
  readonly served: { readonly memory: number; readonly config: number; readonly build: number }
  /** Requests that got an error instead. */
  readonly failed: number
  /** Agents handed out that were not in memory, by why they were not (`lease.reason`). */
  readonly misses: Readonly<Record<MissReason, number>>
  /** Looks into the store that gave a config to use, and those that did not, by why. */
  readonly configReads: { readonly used: number; readonly refused: Readonly<Record<ConfigRefusal, number>> }
  /** Agents made from a stored config, agents made by a full build, and refreshes that found nothing new. */
  readonly created: { readonly config: number; readonly build: number; readonly unchanged: number }
  /** Agents that left memory. */
  readonly removals: Readonly<Record<RemovalCause, number>>
  /** Agents a new request could get. */
  readonly live: number
  /** Of those, the ones that nobody holds. */
  readonly idle: number
  /** Agents held, those retired meanwhile included. */
  readonly inUse: number
  /** Requests waiting for an agent. */
  readonly waiting: number
  /** Whether the store said, when last asked, what was invalidated. */
  readonly synced: boolean
  /** Builds in progress, refreshes included. */
  readonly building: number
  /** From asking to holding, by tier. */
  readonly latency: { readonly memory: LatencySummary; readonly config: LatencySummary; readonly build: LatencySummary }
  /** What the application's functions took: loading (with its wait for a place among `maxConcurrentBuilds`), and creating. */
  readonly work: { readonly load: LatencySummary; readonly create: LatencySummary }
  readonly store: StoreHealth
  /** Configs that the store has taken, and the UTF-16 code units of their JSON, and of what points to it. */
  readonly written: { readonly configs: number; readonly configLength: number; readonly pointerLength: number }
  /** How often each event has happened. */
  readonly events: Readonly<Record<EventName, number>>
  /** As they are now: an advisor may have changed them. */
  readonly settings: CacheSettings
  readonly audit: AuditSummary
}

/** The counters behind {@link AgentCacheStats}. */
export class Counters {
  readonly served: { memory: number; config: number; build: number } = { memory: 0, config: 0, build: 0 }
  readonly created: { config: number; build: number; unchanged: number } = { config: 0, build: 0, unchanged: 0 }
  readonly latency: { readonly memory: Latency; readonly config: Latency; readonly build: Latency } = {
    memory: new Latency(),
    config: new Latency(),
    build: new Latency(),
  }
  readonly work: { readonly load: Latency; readonly create: Latency } = { load: new Latency(), create: new Latency() }
  readonly misses: Record<MissReason, number> = countersOf(missReasons)
  readonly configReads: { used: number; readonly refused: Record<ConfigRefusal, number> } = {
    used: 0,
    refused: countersOf(configRefusals),
  }
  readonly written: { configs: number; configLength: number; pointerLength: number } = {
    configs: 0,
    configLength: 0,
    pointerLength: 0,
  }
  failed = 0
  readonly #events: Events

  constructor(events: Events) {
    this.#events = events
  }

  /** A request got its agent, and that was timed. */
  serve({ source, reason }: Pick<Origin, 'source' | 'reason'>, durationMs: number): void {
    this.served[source]++
    if (reason !== undefined) this.misses[reason]++
    this.latency[source].record(durationMs)
    this.#events.emit('served', () => ({ source, reason, durationMs }))
  }

  /** A look into the store. */
  read(refusal: ConfigRefusal | undefined): void {
    if (refusal === undefined) this.configReads.used++
    else this.configReads.refused[refusal]++
  }

  write(configLength: number, pointerLength: number): void {
    this.written.configs++
    this.written.configLength += configLength
    this.written.pointerLength += pointerLength
  }
}

/** Where the numbers come from. */
export interface CountedParts {
  readonly counters: Counters
  readonly live: {
    readonly size: number
    readonly inUse: number
    readonly leaving: number
    readonly removals: Readonly<Record<RemovalCause, number>>
  }
  readonly room: { readonly waiting: number; readonly building: number }
  readonly fleet: { readonly heartbeat: { readonly synced: boolean }; readonly health: StoreHealth }
  readonly events: Events
  readonly settings: CacheSettings
  readonly audit: { summary(): AuditSummary }
}

export function statsOf({ counters, live, room, fleet, events, settings, audit }: CountedParts): AgentCacheStats {
  const { served, created, failed, latency, misses, configReads, work, written } = counters
  const { size, inUse, leaving, removals } = live
  return {
    ...events.identity,
    served: { ...served },
    failed,
    misses: { ...misses },
    configReads: { used: configReads.used, refused: { ...configReads.refused } },
    created: { ...created },
    removals: { ...removals },
    live: size,
    idle: size + leaving - inUse,
    inUse,
    waiting: room.waiting,
    synced: fleet.heartbeat.synced,
    building: room.building,
    latency: {
      memory: latency.memory.summary(),
      config: latency.config.summary(),
      build: latency.build.summary(),
    },
    work: { load: work.load.summary(), create: work.create.summary() },
    store: fleet.health,
    written: { ...written },
    events: { ...events.counts },
    settings: { ...settings },
    audit: audit.summary(),
  }
}
