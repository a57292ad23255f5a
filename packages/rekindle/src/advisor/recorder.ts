import type { RecordingPage, RequestWatch, WatchedCache } from '../watch/watcher.ts'
import { Recording } from './recording.ts'

/** Writes down who is asked for: for live agents and for configs, or once for both if their scopes are the same. */
export class Recorder implements RequestWatch {
  readonly #clock: WatchedCache['clock']
  readonly #live: Recording
  readonly #config: Recording
  readonly #isShared: boolean
  readonly #onClose: () => void
  #told = 0

  constructor(cache: WatchedCache, maxEvents: number, onClose: () => void) {
    this.#clock = cache.clock
    this.#onClose = onClose
    const now = cache.clock.now()
    const requests = () => {
      const { served, failed } = cache.stats()
      return served.memory + served.config + served.build + failed
    }
    this.#live = new Recording(maxEvents, now, requests, true)
    this.#isShared = cache.sharesConfigs
    // Its agents are told of one by one, however often all of them together.
    this.#config = this.#isShared ? new Recording(maxEvents, now, requests, false) : this.#live
  }

  see(live: number, config: number, now: number): void {
    const told = ++this.#told
    this.#live.see(live, now, told)
    if (this.#isShared) this.#config.see(config, now, told)
  }

  page(of: 'live' | 'config', after: number, maxEvents: number): RecordingPage {
    const recording = of === 'live' ? this.#live : this.#config
    return recording.page(after, maxEvents, this.#clock.now(), this.#told)
  }

  close(): void {
    this.#onClose()
  }
}
