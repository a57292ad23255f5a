import type { FastifyInstance } from 'fastify'
import type { Departure } from './cluster/messages.ts'
import type { HotKeys } from './fleet/hot-keys.ts'
import type { Standing } from './http/health-routes.ts'
import { answers } from './http/part-check.ts'
import { stopServing } from './stop-serving.ts'
import type { ServingParts } from './stop-serving.ts'

/** What the last word of what is in use may take. */
const lastWordMs = 1_000
/** What everything may take to be closed: less than the primary waits before it ends the process. */
const closingMs = 4_000

export interface LeavingParts extends ServingParts {
  readonly hotKeys: Pick<HotKeys, 'stop' | 'save'>
  /** Closes what the worker has open. */
  readonly close: () => Promise<void>
}

/** How a worker goes: it stops serving, closes what it has open, and ends the process. Once, however often it is told to. */
export class Leaving implements Standing {
  readonly #parts: LeavingParts
  #begun = false

  constructor(parts: LeavingParts) {
    this.#parts = parts
  }

  get leaving(): boolean {
    return this.#begun
  }

  begin(because: Departure): void {
    if (this.#begun) return
    this.#begun = true
    void this.#leave(because)
  }

  async #leave(because: Departure): Promise<void> {
    const { hotKeys, close } = this.#parts
    hotKeys.stop()
    const saved = answers(() => hotKeys.save(), lastWordMs)
    const [cut] = await Promise.all([stopServing(this.#parts, because), saved])
    // What hangs is not waited for: it ends with the process.
    await answers(close, closingMs)
    process.exit(cut === 0 ? 0 : 1)
  }
}

/** From when it leaves on, every reply tells its client to open another connection for what it wants next. */
export function endConnectionsWhenLeaving(app: FastifyInstance, standing: Standing): void {
  app.addHook('onRequest', async (_request, reply) => {
    if (standing.leaving) reply.header('connection', 'close')
  })
}
