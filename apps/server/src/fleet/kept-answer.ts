export interface KeptAnswerOptions<Answer> {
  readonly make: () => Promise<Answer>
  /** For so long everybody gets the same. */
  readonly keptMs: number
  /** What is not made by then is not waited for. */
  readonly withinMs: number
  readonly now: () => number
}

/** An answer that costs much to make: it is made once at a time, and not again for a while, however many ask. */
export class KeptAnswer<Answer> {
  readonly #options: KeptAnswerOptions<Answer>
  #making: Promise<Answer> | undefined
  #kept: { readonly answer: Answer; readonly at: number } | undefined

  constructor(options: KeptAnswerOptions<Answer>) {
    this.#options = options
  }

  /** `undefined`: it was not ready in time. It is still being made, for who asks next. Rejects as `make` does. */
  async ask(): Promise<Answer | undefined> {
    const { keptMs, withinMs, now } = this.#options
    if (this.#kept !== undefined && now() - this.#kept.at < keptMs) return this.#kept.answer
    this.#making ??= this.#make()
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, withinMs, undefined)))
    return Promise.race([this.#making, late]).finally(() => clearTimeout(timer))
  }

  async #make(): Promise<Answer> {
    try {
      const answer = await this.#options.make()
      this.#kept = { answer, at: this.#options.now() }
      return answer
    } finally {
      this.#making = undefined
    }
  }
}
