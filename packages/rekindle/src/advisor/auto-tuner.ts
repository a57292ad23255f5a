import type { Timer } from '../clock.ts'
import type { CacheSettings } from '../settings.ts'
import type { WatchedCache } from '../watch/watcher.ts'
import type { AutoTune } from './advisor-options.ts'
import type { Facts } from './facts.ts'
import { type Measured, MeasuredShare, requestsOf } from './measured-share.ts'
import { nextTtl } from './next-ttl.ts'
import { Predictor, type Recordings } from './predictor.ts'
import { recentFrom } from './recent-part.ts'
import { Turns } from './turns.ts'

const intervalMs = 60_000
/** A minute that took longer than this was none: the clock was changed, or the process did not run. */
const longestIntervalMs = 5 * intervalMs
/** Of a prediction, so much may be put right at most: more is another workload than the recorded one. */
const largestOffset = 0.2

export interface TuningSource {
  readonly recordings: () => Recordings
  readonly facts: () => Facts
}

/**
 * Keeps the share of requests that need no full build at its target, with the shortest time to live that does. Each minute it predicts, from the
 * recent part of what is recorded, what each time to live would give, puts that right by what was measured (other workers fill the
 * store, invalidations empty it), and moves a step.
 */
export class AutoTuner {
  readonly #options: AutoTune
  readonly #cache: WatchedCache
  readonly #source: TuningSource
  readonly #measured: MeasuredShare
  /** What live agents were to live at most; `Infinity`: for as long as their configs. */
  readonly #liveTtlMs: number
  #timer: Timer | undefined
  #closed = false
  #offset = 0
  #lastTick: number
  #requests = 0

  constructor(options: AutoTune, cache: WatchedCache, source: TuningSource) {
    this.#options = options
    this.#cache = cache
    this.#source = source
    const now = cache.clock.now()
    this.#lastTick = now
    this.#measured = new MeasuredShare(now)
    const { configTtlMs, liveTtlMs } = cache.settings()
    this.#liveTtlMs = liveTtlMs >= configTtlMs ? Infinity : liveTtlMs
    const { minTtlMs, maxTtlMs, target } = options
    const within = Math.min(maxTtlMs, Math.max(minTtlMs, configTtlMs))
    // Nothing is known yet: what is hoped for stands in for what is predicted.
    if (within !== configTtlMs) cache.tune(this.#settingOf(within), { target, predicted: target })
    this.#plan()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  #plan(): void {
    if (this.#closed) return
    const again = () => this.#plan()
    this.#timer = this.#cache.clock.after(intervalMs, () => void this.#tick().then(again, again))
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    const now = this.#cache.clock.now()
    const passed = now - this.#lastTick
    this.#lastTick = now
    const { configTtlMs } = this.#cache.settings()
    if (passed <= 0 || passed > longestIntervalMs) this.#measured.restart(now + configTtlMs)
    const stats = this.#cache.stats()
    const requests = requestsOf(stats)
    if (requests === this.#requests) return
    this.#requests = requests
    const recordings = this.#source.recordings()
    const facts = this.#source.facts()
    const from = recentFrom(recordings.live, now)
    if (from === undefined) return
    const measured = this.#measured.take(now, stats)
    if (measured !== undefined)
      this.#correct(measured, this.#predict(new Predictor(recordings, facts, measured.from), facts)(configTtlMs))
    const turns = new Turns(1)
    const predictor = await turns.take(() => new Predictor(recordings, facts, from))
    const predict = this.#predict(predictor, facts)
    const outlook = {
      expect: (ttlMs: number) => Math.min(1, Math.max(0, predict(ttlMs) + this.#offset)),
      errorOf: (share: number) => standardError(share, predictor.live.requests),
    }
    const next = await nextTtl(configTtlMs, this.#options, outlook, turns)
    if (next === undefined || this.#closed) return
    this.#measured.waitUntil(this.#cache.clock.now() + configTtlMs)
    this.#cache.tune(this.#settingOf(next.ttlMs), { target: this.#options.target, predicted: next.predicted })
  }

  /** What chance explains is taken for nothing. */
  #correct({ share, requests }: Measured, predicted: number): void {
    const apart = share - predicted
    const seen = Math.abs(apart) > 2 * standardError(share, requests) ? apart : 0
    this.#offset = Math.min(largestOffset, Math.max(-largestOffset, (this.#offset + seen) / 2))
  }

  #predict(predictor: Predictor, { settings }: Facts): (ttlMs: number) => number {
    return (ttlMs) => predictor.steadyWithoutBuild({ ...settings, ...this.#settingOf(ttlMs) })
  }

  #settingOf(ttlMs: number): Partial<CacheSettings> {
    const times = { configTtlMs: ttlMs, liveTtlMs: Math.min(ttlMs, this.#liveTtlMs) }
    return this.#cache.stored ? times : { ...times, idleMs: ttlMs }
  }
}

function standardError(share: number, requests: number): number {
  return Math.sqrt((share * (1 - share)) / Math.max(1, requests))
}
