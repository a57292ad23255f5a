import type { CacheSettings } from '../settings.ts'
import type { AgentCacheStats } from '../counts/stats.ts'

/** What must be known of a cache, besides its requests, to say how it would do. */
export interface Facts {
  /** As they are now. */
  readonly settings: CacheSettings
  /** Whether there is a config tier. */
  readonly stored: boolean
  /** Whether several live agents may have one config (`configScope` has fewer fields than `liveScope`). */
  readonly sharesConfigs: boolean
  /** As the option of that name. */
  readonly ttlJitter: number
  /** Over how many memories the live recordings are spread. */
  readonly workers: number
  /** What a request waits for, on average: when its config is stored, and when there must be a full build. */
  readonly cost: { readonly configMs: number; readonly buildMs: number }
  /** What the store keeps, on average; `undefined`: nothing has been written yet. */
  readonly bytes:
    | {
        readonly pointer: number
        readonly config: number
        /** Distinct configs for each entry: entries with the same config share it. At most 1. */
        readonly configsPerEntry: number
      }
    | undefined
}

/** What the numbers of a cache do not say. By default, as `createAgentCache` has it, and each agent with a config of its own. */
export interface FactOptions {
  /** Whether several live agents may have one config. Default false. */
  readonly sharesConfigs?: boolean
  /** Default 0.1. */
  readonly ttlJitter?: number
  /** Default: whether any of them has a store. */
  readonly stored?: boolean
  /** Default 1. */
  readonly configsPerEntry?: number
}

/** The {@link Facts} of a cache, from what all workers that have a recording count. */
export function factsFrom(stats: readonly AgentCacheStats[], options: FactOptions = {}): Facts {
  const stored = options.stored ?? stats.some(({ store }) => store.state !== 'none')
  const sum = (count: (each: AgentCacheStats) => number) => stats.reduce((total, each) => total + count(each), 0)
  const mean = (tier: 'config' | 'build') => {
    const count = sum(({ latency }) => latency[tier].count)
    return count === 0 ? 0 : sum(({ latency }) => latency[tier].sum) / count
  }
  const configs = sum(({ written }) => written.configs)
  const settings = stats[0]?.settings
  return {
    settings: settings ?? { configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 1_000 },
    stored,
    sharesConfigs: options.sharesConfigs ?? false,
    ttlJitter: options.ttlJitter ?? 0.1,
    workers: Math.max(1, stats.length),
    cost: { configMs: mean('config'), buildMs: mean('build') },
    bytes:
      configs === 0
        ? undefined
        : {
            pointer: sum(({ written }) => written.pointerLength) / configs,
            config: sum(({ written }) => written.configLength) / configs,
            configsPerEntry: options.configsPerEntry ?? 1,
          },
  }
}
