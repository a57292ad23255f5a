import { Latency, type LatencySummary } from './latency.ts'
import type { RemovalCause } from './reasons.ts'
import type { StoreHealth } from './resilience/store-health.ts'

/** Counts since the cache was made, and the state of this moment. */
export interface AgentCacheStats {
  /** Agents handed out, by the tier that served them. A request that joined another's build counts as served by that build. */
  readonly served: { readonly memory: number; readonly config: number; readonly build: number }
  /** Requests that got an error instead. */
  readonly failed: number
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
  readonly store: StoreHealth
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
  failed = 0
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
  readonly fleet: { readonly heartbeat: { readonly synced: boolean } }
  readonly store: { readonly health: StoreHealth }
}

export function statsOf({ counters, live, room, fleet, store }: CountedParts): AgentCacheStats {
  const { served, created, failed, latency } = counters
  const { size, inUse, leaving, removals } = live
  return {
    served: { ...served },
    failed,
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
    store: store.health,
  }
}
