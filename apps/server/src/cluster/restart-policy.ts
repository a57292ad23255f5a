/** A worker that lived this long was healthy: whatever ended it is not a fault that every worker has. */
const healthyAfterMs = 10_000
const firstDelayMs = 100
const longestDelayMs = 5_000
const mostFailedStarts = 5

export interface Death {
  /** It had reported that it accepts connections. */
  readonly wasReady: boolean
  readonly livedMs: number
  /** Others serve meanwhile. */
  readonly othersReady: boolean
}

export type Decision = { readonly kind: 'restart'; readonly afterMs: number } | { readonly kind: 'give-up' }

/**
 * When a dead worker is replaced: at once if it had been healthy, else after a pause that doubles with each early death. Gives
 * up only when workers cannot even start and none is left that serves.
 */
export class RestartPolicy {
  #earlyDeaths = 0

  decide({ wasReady, livedMs, othersReady }: Death): Decision {
    if (wasReady && livedMs >= healthyAfterMs) {
      this.#earlyDeaths = 0
      return { kind: 'restart', afterMs: 0 }
    }
    this.#earlyDeaths++
    if (!wasReady && !othersReady && this.#earlyDeaths >= mostFailedStarts) return { kind: 'give-up' }
    return { kind: 'restart', afterMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#earlyDeaths - 1)) }
  }
}
