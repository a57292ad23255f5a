import type { LoadFindings } from './load-orders.ts'
import { spreadOf } from './spread.ts'

/** What of a reply's metadata is of interest here. */
export interface Served {
  readonly source: string
  readonly ms: number
}

/** What all conversations together have seen. */
export class Tally {
  turns = 0
  lost = 0
  repeated = 0
  reconnected = 0
  resumed = 0
  readonly #errors: Record<string, number> = {}
  readonly #sources: Record<string, number> = {}
  readonly #inHand: number[] = []
  readonly #reply: number[] = []

  error(code: string): void {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1
  }

  reply(served: Served, ms: number): void {
    this.#sources[served.source] = (this.#sources[served.source] ?? 0) + 1
    this.#inHand.push(served.ms)
    this.#reply.push(ms)
  }

  get findings(): LoadFindings {
    const { turns, lost, repeated, reconnected, resumed } = this
    return {
      turns,
      errors: this.#errors,
      lost,
      repeated,
      reconnected,
      resumed,
      inHand: spreadOf(this.#inHand),
      reply: spreadOf(this.#reply),
      sources: this.#sources,
    }
  }
}
