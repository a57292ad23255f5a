import { InvalidOptionsError } from '../errors.ts'
import type { RequestWatch, RequestWatcher, WatchedCache } from '../watch/watcher.ts'
import { type Advice, adviseOn } from './advice.ts'
import { type AdvisorOptions, assertAdvisorOptions } from './advisor-options.ts'
import { AutoTuner } from './auto-tuner.ts'
import { type Facts, factsFrom } from './facts.ts'
import type { Recordings } from './predictor.ts'
import { Recorder } from './recorder.ts'

/** Watches the requests of one cache: the `advisor` of `createAgentCache`. */
export interface Advisor extends RequestWatcher {
  /**
   * What other settings would do, from what this process was asked for. Rejects with {@link InvalidOptionsError} if it watches
   * no cache.
   */
  advise(): Promise<Advice>
}

const defaultMaxEvents = 32_768

/** Makes an {@link Advisor}. Throws {@link InvalidOptionsError} naming the option that cannot be worked with. */
export function createAdvisor(options: AdvisorOptions = {}): Advisor {
  assertAdvisorOptions(options)
  const { autoTune, maxEvents = defaultMaxEvents, memoryTarget = 0.9, target = 0.99 } = options
  let watched: { readonly cache: WatchedCache; readonly recorder: Recorder } | undefined
  return {
    longestTtlMs: autoTune?.maxTtlMs,
    watch(cache): RequestWatch {
      if (watched !== undefined) {
        const message = `This advisor watches '${watched.cache.namespace}' already: createAdvisor() one for each cache.`
        throw new InvalidOptionsError('advisor', message)
      }
      const recorder: Recorder = new Recorder(cache, maxEvents, () => tuner?.close())
      watched = { cache, recorder }
      const source = { recordings: () => recordingsOf(cache, recorder), facts: () => factsOf(cache) }
      const tuner = autoTune && new AutoTuner(autoTune, cache, source)
      return recorder
    },
    async advise() {
      if (watched === undefined) {
        throw new InvalidOptionsError('advisor', 'This advisor watches no cache: give it to createAgentCache as its advisor.')
      }
      const { cache, recorder } = watched
      return adviseOn(recordingsOf(cache, recorder), factsOf(cache), { memoryTarget, target })
    },
  }
}

function recordingsOf({ sharesConfigs }: WatchedCache, recorder: Recorder): Recordings {
  const live = [recorder.page('live', 0, Infinity)]
  return { live, config: sharesConfigs ? [recorder.page('config', 0, Infinity)] : 'live' }
}

function factsOf(cache: WatchedCache): Facts {
  const { stored, sharesConfigs, ttlJitter } = cache
  return factsFrom([cache.stats()], { stored, sharesConfigs, ttlJitter })
}
