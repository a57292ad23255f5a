import type { AgentCacheEvents, EventListener, EventName } from '../events.ts'
import type { Clock } from '../clock.ts'
import type { CacheSettings } from '../settings.ts'
import type { AgentCacheStats } from '../counts/stats.ts'

/** Watches which agents are asked for, and when. `createAdvisor` of `rekindle/advisor` makes one. */
export interface RequestWatcher {
  /** The longest `configTtlMs` it may set; `undefined`: it sets none. */
  readonly longestTtlMs: number | undefined
  /** Called once, when the cache is made. Throws {@link InvalidOptionsError} if it watches one already. */
  watch(cache: WatchedCache): RequestWatch
}

/** A cache as its watcher sees it. */
export interface WatchedCache {
  readonly namespace: string
  readonly clock: Clock
  readonly ttlJitter: number
  /** Whether there is a config tier. */
  readonly stored: boolean
  /** Whether several live agents may have one config (`configScope` has fewer fields than `liveScope`). */
  readonly sharesConfigs: boolean
  settings(): CacheSettings
  stats(): AgentCacheStats
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void
  /** Changes settings for what is loaded and made from now on, and emits `tuned`. */
  tune(changes: Partial<CacheSettings>, why: Pick<AgentCacheEvents['tuned'], 'target' | 'predicted'>): void
}

/** A {@link RequestWatcher} at work on one cache. */
export interface RequestWatch {
  /**
   * Somebody asks for an agent, whether it is there or not. An agent in memory is told of at most once in {@link noteEveryMs}.
   * Must be quick, and not throw. `live` and `config`: {@link hashOf} the key, as each scope has it.
   */
  see(live: number, config: number, now: number): void
  /** What it has written down, see {@link RecordingPage}: the part after `after`, of no more than `maxEvents` events. Must not throw. */
  page(of: 'live' | 'config', after: number, maxEvents: number): RecordingPage
  close(): void
}

/** A hit is not told again within this time: to be asked for again so soon is a hit with any setting. */
export const noteEveryMs = 1_000

/**
 * A part of the requests that a watcher has written down: of those keys whose hash is below `threshold`, each at most once in
 * {@link noteEveryMs}. Keys are hashes: who and what they name cannot be read from them.
 */
export interface RecordingPage {
  /** Wall clock, ms: what has been written down since is there; and now. */
  readonly since: number
  readonly until: number
  /** How many requests there were in that time, those not written down included. */
  readonly requests: number
  /** Of 2 ** 31. Pages read earlier may have more keys: those are to be left out then. */
  readonly threshold: number
  /** Ask for what is after this next. */
  readonly next: number
  /** Whether there is more already. */
  readonly more: boolean
  /** Two numbers for each event, the oldest first: wall clock in ms, and the hash. */
  readonly events: readonly number[]
  /** Whether there was more before `since`, which has been forgotten. */
  readonly truncated?: boolean
  /** How far the counts were at some moments since then. */
  readonly marks?: readonly RequestMark[]
}

/** Counts since the `since` of a {@link RecordingPage}. */
export interface RequestMark {
  /** Wall clock, ms. */
  readonly at: number
  readonly requests: number
  /** How many would have been written down of all keys. */
  readonly told?: number
  /** For each of {@link visitBlocksMs}: how many keys were asked for in each block of that length, all blocks together. Told to about one in a hundred. */
  readonly visits?: readonly number[]
}

/** Blocks of time, which begin at multiples of their length since 1970. Each length is one of the one before, several times; the last is all time. */
export const visitBlocksMs: readonly number[] = [60_000, 600_000, 3_600_000, 28_800_000, Infinity]
