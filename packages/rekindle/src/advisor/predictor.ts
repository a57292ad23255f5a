import type { CacheSettings } from '../settings.ts'
import type { RecordingPage } from '../watcher.ts'
import type { Facts } from './facts.ts'
import { cyclicPeriods, type FreshnessPeriods, ownPeriods } from './freshness-periods.ts'
import { Population } from './population.ts'
import type { Prediction } from './prediction.ts'
import { replayWithin } from './scaled-size.ts'
import { type Sample, sampleOf } from './sample.ts'

/** What was written down, one page for each worker. */
export interface Recordings {
  readonly live: readonly RecordingPage[]
  /** `'live'`: each live agent has a config of its own. */
  readonly config: readonly RecordingPage[] | 'live'
}

interface ConfigTier {
  readonly ttlMs: number
  readonly periods: FreshnessPeriods
  /** Full builds of all keys, and how many configs the store keeps. */
  readonly loads: number
  readonly entries: number
}

interface MemoryTier {
  readonly misses: number
  readonly meanLive: number
  readonly maxLive: number
}

/** Says what would have been, had the settings been others while something was recorded: a replay for each setting. */
export class Predictor {
  readonly live: Sample
  readonly #config: Sample
  readonly #facts: Facts
  readonly #sharesConfigs: boolean
  readonly #agents: Population
  readonly #configs: Population
  #tier: ConfigTier | undefined

  /** `countFrom`: what was before only fills the caches. Wall clock, ms. Default: as the recordings say. */
  constructor({ live, config }: Recordings, facts: Facts, countFrom?: number) {
    this.#facts = facts
    this.#sharesConfigs = facts.sharesConfigs && config !== 'live'
    this.live = sampleOf(live, countFrom)
    this.#config = this.#sharesConfigs ? sampleOf(config as readonly RecordingPage[], countFrom) : this.live
    this.#agents = new Population(this.live, this.live.agents, this.live.agentCount)
    this.#configs = new Population(this.#config, this.#config.configs, this.#config.hashes.length)
  }

  predict(setting: CacheSettings): Prediction {
    const { cost, bytes, stored } = this.#facts
    const { requests, from, until, countFrom } = this.live
    const tier = stored ? this.#configTier(setting.configTtlMs) : undefined
    const memory = this.#memoryTier(setting, tier)
    const builds = tier === undefined ? memory.misses : Math.min(tier.loads, memory.misses)
    const configHits = memory.misses - builds
    const hours = Math.max(until - Math.max(from, countFrom), 1) / 3_600_000
    const perEntry = bytes && bytes.pointer + bytes.config * bytes.configsPerEntry
    const entries = tier?.entries ?? 0
    return {
      setting,
      memoryHitRate: partOf(requests - memory.misses, requests),
      configHitRate: partOf(configHits, memory.misses),
      withoutBuild: partOf(requests - builds, requests),
      liveAgents: { mean: memory.meanLive, max: memory.maxLive },
      store: { entries, bytes: perEntry === undefined ? undefined : entries * perEntry },
      buildsPerHour: builds / hours,
      rebuildMsPerHour: (configHits * cost.configMs + builds * cost.buildMs) / hours,
    }
  }

  /** The part of requests that need no full build, if it is all that is asked for and there is a config tier. */
  withoutBuild(configTtlMs: number): number {
    const { requests } = this.live
    return partOf(requests - this.#configTier(configTtlMs).loads, requests)
  }

  #configTier(configTtlMs: number): ConfigTier {
    // Jitter shortens: by half of it, on average.
    const ttlMs = configTtlMs * (1 - this.#facts.ttlJitter / 2)
    if (this.#tier?.ttlMs === ttlMs) return this.#tier
    const { times, configs, hashes, countFrom, rate, from, until } = this.#config
    const own = ownPeriods(this.#config, ttlMs)
    const byConfig = new Uint32Array(hashes.length)
    let keptMs = 0
    for (let at = 0; at < times.length; at++) {
      if (own.loads[at] === 0) continue
      const [begin, end] = [Math.max(times[at]!, countFrom), Math.min(own.ends[own.of[at]!]!, until)]
      keptMs += Math.max(0, end - begin)
      if (times[at]! >= countFrom) byConfig[configs[at]!]!++
    }
    this.#tier = {
      ttlMs,
      periods: this.#sharesConfigs ? cyclicPeriods(this.live, ttlMs) : own,
      loads: this.#configs.total(byConfig),
      entries: keptMs / Math.max(1, until - Math.max(from, countFrom)) / rate,
    }
    return this.#tier
  }

  #memoryTier(setting: CacheSettings, tier: ConfigTier | undefined): MemoryTier {
    const { live } = this
    const ttlMs = setting.configTtlMs * (1 - this.#facts.ttlJitter / 2)
    const liveTtlMs = Math.min(setting.liveTtlMs, tier === undefined ? ttlMs : Infinity)
    // A recording of several memories in one: each has its part of the keys.
    const memories = Math.max(1, this.#facts.workers / live.memoryCount)
    const others = (setting.maxAgents * memories - 1) * live.rate
    const times = { liveTtlMs, idleMs: setting.idleMs }
    const replayed = replayWithin(live, others, times, tier?.periods)
    const span = Math.max(1, live.until - Math.max(live.from, live.countFrom))
    return {
      misses: this.#agents.total(replayed.misses),
      meanLive: replayed.liveMs / span / live.memoryCount / memories / live.rate,
      maxLive: Math.min(setting.maxAgents, replayed.maxLive / memories / live.rate),
    }
  }
}

function partOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole))
}
