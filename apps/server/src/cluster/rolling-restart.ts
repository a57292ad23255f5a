import type { Replaced, WorkerPool } from './worker-pool.ts'

export interface RollingParts {
  readonly pool: Pick<WorkerPool, 'replaceAll'>
  readonly say: (line: string) => void
  readonly warn: (line: string) => void
  readonly now: () => number
}

/**
 * Restarts the workers one after the other, when asked. Asked while it does, it does so once more afterwards: what was to be
 * deployed may have changed after the first of them had started.
 */
export class RollingRestart {
  readonly #parts: RollingParts
  #running = false
  #again = false

  constructor(parts: RollingParts) {
    this.#parts = parts
  }

  /** Resolves when no more is to be done. Never rejects. */
  async begin(): Promise<void> {
    const { pool, say, now } = this.#parts
    if (this.#running) {
      this.#again = true
      return say('The workers are being restarted already; they will be once more after that.')
    }
    this.#running = true
    do {
      this.#again = false
      say('Restarting the workers, one after the other.')
      const began = now()
      this.#tell(await pool.replaceAll(), now() - began)
    } while (this.#again)
    this.#running = false
  }

  #tell(replaced: Replaced, tookMs: number): void {
    const { say, warn } = this.#parts
    if (replaced.outcome === 'stopped') return
    const workers = replaced.workers === 1 ? '1 worker was' : `${replaced.workers} workers were`
    if (replaced.outcome === 'done') return say(`${workers} restarted in ${(tookMs / 1000).toFixed(1)} s.`)
    warn(`${workers} restarted, then a new one could not start; the others serve on. ${replaced.why}`)
  }
}
