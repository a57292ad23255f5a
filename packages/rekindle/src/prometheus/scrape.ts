import type { AgentCacheStats } from '../counts/stats.ts'
import { failedReads } from '../telemetry/metrics.ts'
import { prometheusName } from './metric-name.ts'
import { type Sample, type Samples, samplesOf } from './samples.ts'

/** Where numbers come from, and how long they are waited for. */
export interface Source {
  read(): Iterable<AgentCacheStats> | Promise<Iterable<AgentCacheStats>>
  readonly timeoutMs: number
  onError(error: unknown): void
}

/**
 * Reads all sources of a registry, once for a scrape: a registry asks each metric for its own values, all in one turn. Scrapes
 * that come while one is under way share what it reads.
 */
export class Scrape {
  readonly sources: Set<Source> = new Set<Source>()
  #reading: Promise<Samples> | undefined
  #failures = 0

  /** Never rejects: what cannot be read is left out, and counted. */
  read(): Promise<Samples> {
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readAll(): Promise<Samples> {
    const read = await Promise.all([...this.sources].map((source) => this.#readOne(source)))
    // Two sources may have the same cache, and Prometheus takes no line twice.
    const byCache = new Map(read.flat())
    const all = new Map<string, Sample[]>()
    for (const samples of byCache.values()) {
      for (const [name, lines] of samples) {
        const sofar = all.get(name)
        if (sofar === undefined) all.set(name, [...lines])
        else sofar.push(...lines)
      }
    }
    return all.set(prometheusName(failedReads), [{ labels: {}, value: this.#failures }])
  }

  async #readOne(source: Source): Promise<(readonly [cache: string, Samples])[]> {
    try {
      const read = await inTime(source)
      return [...read].map((stats) => [JSON.stringify([stats.namespace, stats.worker]), samplesOf(stats)])
    } catch (error) {
      this.#failures++
      tell(source, error)
      return []
    }
  }
}

function inTime(source: Source): Promise<Iterable<AgentCacheStats>> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`the numbers for Prometheus were not there within ${source.timeoutMs} ms`))
    const timer = setTimeout(late, source.timeoutMs)
    void Promise.resolve()
      .then(() => source.read())
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

function tell(source: Source, error: unknown): void {
  try {
    source.onError(error)
  } catch {
    // It has been counted. A listener of the application's must not cost a scrape.
  }
}
