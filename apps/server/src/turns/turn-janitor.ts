import type { FastifyBaseLogger } from 'fastify'
import type { AppDatabase } from '../database/schema.ts'
import { pruneTurns } from '../database/turn-chunks.ts'

const intervalMs = 60_000

/** Once a minute: away with what nobody will ask for any more. */
export class TurnJanitor {
  readonly #timer: NodeJS.Timeout

  constructor({ db, log }: { readonly db: AppDatabase; readonly log: FastifyBaseLogger }) {
    const prune = (): void => void pruneTurns(db).catch((error: unknown) => log.warn({ err: error }, 'old turns are still there'))
    this.#timer = setInterval(prune, intervalMs)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
