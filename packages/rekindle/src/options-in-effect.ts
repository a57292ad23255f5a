import { inOrder, type KeyField, keyFields } from './agent-key.ts'
import { type Clock, systemClock } from './clock.ts'
import type { StaleWindows } from './config/freshness.ts'
import type { AgentCacheOptions } from './options.ts'
import type { CacheSettings } from './settings.ts'

/** Ten years. A store could not keep "for ever": Redis refuses it, and JSON has no infinity. */
const longestMs = 315_360_000_000

/** The options of an agent cache, with defaults in place and within bounds, and what follows from them. */
export interface OptionsInEffect extends StaleWindows {
  readonly configVersion: string
  readonly configScope: readonly KeyField[]
  readonly liveScope: readonly KeyField[]
  readonly exclusive: boolean
  /** They may change at any time. */
  readonly settings: CacheSettings
  readonly ttlJitter: number
  readonly notFoundTtlMs: number
  readonly maxConcurrentBuilds: number
  readonly buildTimeoutMs: number
  readonly storeTimeoutMs: number
  readonly maxStalenessMs: number
  readonly whenUnsynced: 'serve' | 'rebuild'
  readonly auditRate: number
  readonly clock: Clock
  readonly random: () => number
  /** The highest `configTtlMs` that there will be: an advisor may raise it. */
  readonly longestTtlMs: number
  /** No entry is valid for longer: as long as it is fresh, stale windows and its own loading included. */
  readonly retentionMs: number
  /** And no agent serves for longer. */
  readonly servesForMs: number
}

/** `options` have been checked. */
export function inEffect<Config, Agent, ConfigFields extends KeyField, LiveFields extends KeyField>(
  options: AgentCacheOptions<Config, Agent, ConfigFields, LiveFields>,
): OptionsInEffect {
  const { configTtlMs = 3_600_000, staleWhileRevalidateMs = 0, staleIfErrorMs = 0, notFoundTtlMs = 0 } = options
  const { maxAgents = 1000, ttlMs = configTtlMs, idleMs = 900_000, concurrency = 'shared' } = options.live ?? {}
  const { buildTimeoutMs = 30_000, advisor } = options
  const liveScope = inOrder(options.liveScope ?? keyFields)
  const longestTtlMs = Math.max(bounded(configTtlMs), advisor?.longestTtlMs ?? 0)
  const staleMs = Math.max(bounded(staleWhileRevalidateMs), bounded(staleIfErrorMs))
  return {
    configVersion: options.configVersion ?? '1',
    liveScope,
    configScope: inOrder(options.configScope ?? liveScope),
    exclusive: concurrency === 'exclusive',
    // What other workers are told of it is JSON.
    settings: {
      configTtlMs: bounded(configTtlMs),
      liveTtlMs: bounded(ttlMs),
      idleMs: bounded(idleMs),
      maxAgents: Math.min(maxAgents, Number.MAX_SAFE_INTEGER),
    },
    ttlJitter: options.ttlJitter ?? 0.1,
    staleWhileRevalidateMs: bounded(staleWhileRevalidateMs),
    staleIfErrorMs: bounded(staleIfErrorMs),
    notFoundTtlMs: bounded(notFoundTtlMs),
    maxConcurrentBuilds: options.maxConcurrentBuilds ?? 32,
    buildTimeoutMs,
    storeTimeoutMs: options.storeTimeoutMs ?? 250,
    maxStalenessMs: options.maxStalenessMs ?? 1_000,
    whenUnsynced: options.whenUnsynced ?? 'serve',
    auditRate: options.auditRate ?? 0,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    longestTtlMs,
    retentionMs: bounded(longestTtlMs + staleMs + buildTimeoutMs),
    servesForMs: bounded(Math.max(ttlMs, advisor?.longestTtlMs ?? 0)) + staleMs,
  }
}

const bounded = (ms: number): number => Math.min(ms, longestMs)
