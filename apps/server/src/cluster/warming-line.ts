import type { Warming } from './messages.ts'

/** Where nobody watches a line change, one is written after this long, and at the end. */
const sparseMs = 2_000

export interface WarmingLineParts {
  readonly write: (text: string) => void
  /** Can a line be written over? */
  readonly isTerminal: boolean
  readonly now: () => number
}

/** Shows how far workers that start have got: one line that changes on a terminal, else few lines. */
export class WarmingLine {
  readonly #parts: WarmingLineParts
  #silentUntil: number | undefined
  #open = false

  constructor(parts: WarmingLineParts) {
    this.#parts = parts
  }

  show({ done, of }: Warming): void {
    const { write, isTerminal, now } = this.#parts
    const text = `Warming: ${done}/${of} agents`
    if (isTerminal) {
      write(`\r${text}\u001b[K`)
      this.#open = true
      return
    }
    this.#silentUntil ??= now() + sparseMs
    if (done < of && now() < this.#silentUntil) return
    this.#silentUntil = done < of ? now() + sparseMs : undefined
    write(`${text}\n`)
  }

  /** Something else is about to be written. */
  end(): void {
    if (this.#open) this.#parts.write('\r\u001b[K')
    this.#open = false
  }
}
