import type { CacheSettings } from '../settings.ts'
import type { RecordingPage } from '../watch/watcher.ts'
import type { Facts } from './facts.ts'
import { cyclicPeriods, type FreshnessPeriods, ownPeriods, steadyLoads } from './freshness-periods.ts'
import { Population } from './population.ts'
import type { Prediction } from './prediction.ts'
import { type MemorySetting, type Replay, replay } from './replay.ts'
import { type Sample, sampleOf } from './sample.ts'

/** What was written down, one page for each worker. */
export interface Recordings {
  readonly live: readonly RecordingPage[]
  /** `'live'`: each live agent has a config of its own. */
  readonly config: readonly RecordingPage[] | 'live'
}

/** From so many sampled agents on, a part of one more makes no difference. */
const manyAgents = 16

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
  #ofAgents: Population | undefined
  #ofConfigs: Population | undefined
  #tier: ConfigTier | undefined
  /** What has been found out, by what it depends on. */
  readonly #replayed = new Map<string, MemoryTier>()
  /** The last replay in which nothing was evicted. */
  #roomy:
    | { readonly setting: MemorySetting; readonly periods: FreshnessPeriods | undefined; readonly replayed: Replay }
    | undefined

  /** `countFrom`: what was before only fills the caches. Wall clock, ms. Default: as the recordings say. */
  constructor({ live, config }: Recordings, facts: Facts, countFrom?: number) {
    this.#facts = facts
    this.#sharesConfigs = facts.sharesConfigs && config !== 'live'
    this.live = sampleOf(live, countFrom)
    this.#config = this.#sharesConfigs ? sampleOf(config as readonly RecordingPage[], countFrom) : this.live
  }

  /** Made when they are needed: in a piece of their own. */
  get #agents(): Population {
    return (this.#ofAgents ??= new Population(this.live, this.live.agents, this.live.agentCount))
  }

  get #configs(): Population {
    const { configs, hashes, memoryCount } = this.#config
    if (this.#config === this.live && memoryCount === 1) return this.#agents
    return (this.#ofConfigs ??= new Population(this.#config, configs, hashes.length))
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

  /**
   * The part of requests that need no full build, once the cache has long been in use. Without a config tier, `idleMs` is not to be shorter
   * than the time to live.
   */
  steadyWithoutBuild(setting: CacheSettings): number {
    const { requests } = this.live
    const ttlMs = this.#meanTtl(setting.configTtlMs)
    if (this.#facts.stored) return partOf(requests - this.#configs.total(steadyLoads(this.#config, ttlMs)), requests)
    const builds = this.#agents.total(steadyLoads(this.live, Math.min(ttlMs, setting.liveTtlMs)))
    // What there is no room for comes on top of it.
    const evicted = this.#misses(setting) - this.#misses({ ...setting, maxAgents: Number.MAX_SAFE_INTEGER })
    return partOf(requests - builds - evicted, requests)
  }

  #misses(setting: CacheSettings): number {
    return this.#memoryTier(setting, undefined).misses
  }

  /** Jitter shortens: by half of it, on average. */
  #meanTtl(configTtlMs: number): number {
    return configTtlMs * (1 - this.#facts.ttlJitter / 2)
  }

  #configTier(configTtlMs: number): ConfigTier {
    const ttlMs = this.#meanTtl(configTtlMs)
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
    // A recording of several memories in one: each has its part of the keys.
    const memories = Math.max(1, this.#facts.workers / live.memoryCount)
    const span = Math.max(1, live.until - Math.max(live.from, live.countFrom))
    // What ends with something else before can be taken to end then: so settings that come to the same are replayed once.
    const endsWithConfig = tier === undefined || !this.#sharesConfigs
    const liveTtlMs = Math.min(setting.liveTtlMs, endsWithConfig ? Math.max(1, this.#meanTtl(setting.configTtlMs)) : Infinity)
    const idleMs = Math.min(setting.idleMs, liveTtlMs)
    const within = (capacity: number): MemoryTier => {
      const known = `${tier?.ttlMs} ${liveTtlMs} ${idleMs} ${Math.min(capacity, live.agentCount)}`
      let found = this.#replayed.get(known)
      if (found === undefined) {
        const replayed = this.#replay({ capacity, liveTtlMs, idleMs }, tier?.periods)
        found = {
          misses: this.#agents.total(replayed.misses),
          meanLive: replayed.liveMs / span / live.memoryCount / memories / live.rate,
          maxLive: replayed.maxLive / memories / live.rate,
        }
        this.#replayed.set(known, found)
      }
      return { ...found, maxLive: Math.min(setting.maxAgents, found.maxLive) }
    }
    const capacity = scaledCapacity(setting.maxAgents * memories, live.rate)
    const below = Math.floor(capacity)
    const part = capacity - below
    if (part === 0 || below >= live.agentCount) return within(below)
    if (below >= manyAgents) return within(Math.round(capacity))
    const [one, other] = [within(below), within(below + 1)]
    const mix = (of: (tier: MemoryTier) => number) => of(one) * (1 - part) + of(other) * part
    return { misses: mix((it) => it.misses), meanLive: mix((it) => it.meanLive), maxLive: mix((it) => it.maxLive) }
  }

  /** With more room than was ever needed, the last replay would be no other. */
  #replay(setting: MemorySetting, periods: FreshnessPeriods | undefined): Replay {
    const last = this.#roomy
    const isSame =
      last !== undefined &&
      last.periods === periods &&
      last.setting.liveTtlMs === setting.liveTtlMs &&
      last.setting.idleMs === setting.idleMs
    if (isSame && setting.capacity >= last.replayed.mostEver) return last.replayed
    const replayed = replay(this.live, setting, periods)
    if (setting.capacity >= replayed.mostEver) this.#roomy = { setting, periods, replayed }
    return replayed
  }
}

/**
 * How many sampled agents there is room for, where there is for `maxAgents`: for the one that is asked for, and for as many others as there are sampled among
 * so many. (Scaling all of them alike, miniature simulation has no room for the one where it has for fewer than 1 / rate.)
 */
function scaledCapacity(maxAgents: number, rate: number): number {
  const whole = Math.floor(maxAgents)
  return whole < 1 ? 0 : 1 + (whole - 1) * rate
}

function partOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole))
}
