/** What is over by then is not worth a line. */
const graceMs = 2_000

export interface OutageParts {
  readonly down: (reason: string) => string
  readonly up: string
  readonly say: (line: string) => void
  readonly now: () => number
}

/** Something that is tried again and again. Says once that it goes on failing, and once that this is over. */
export class Outage {
  readonly #parts: OutageParts
  #since: number | undefined
  #said = false

  constructor(parts: OutageParts) {
    this.#parts = parts
  }

  /** An attempt has failed. */
  failed(reason: string): void {
    const { say, down, now } = this.#parts
    this.#since ??= now()
    if (this.#said || now() - this.#since < graceMs) return
    this.#said = true
    say(down(reason))
  }

  /** An attempt has succeeded. */
  over(): void {
    const { say, up } = this.#parts
    if (this.#said) say(up)
    this.#said = false
    this.#since = undefined
  }
}
