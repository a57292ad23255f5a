/** A replay takes some milliseconds; after so many ms, others get their turn. */
const longestTurnMs = 1

/** Work in small pieces, between which the process does what else there is. */
export class Turns {
  readonly #onProgress: ((done: number, of: number) => void) | undefined
  readonly #of: number
  #done = 0
  #since = performance.now()

  constructor(of: number, onProgress?: (done: number, of: number) => void) {
    this.#of = of
    this.#onProgress = onProgress
  }

  /** Does one piece. */
  async take<Result>(piece: () => Result): Promise<Result> {
    const result = piece()
    this.#done = Math.min(this.#of, this.#done + 1)
    if (performance.now() - this.#since >= longestTurnMs) {
      this.#onProgress?.(this.#done, this.#of)
      await new Promise((resolve) => setImmediate(resolve))
      this.#since = performance.now()
    }
    return result
  }

  async each<Item, Result>(items: readonly Item[], piece: (item: Item) => Result): Promise<Result[]> {
    const results: Result[] = []
    for (const item of items) results.push(await this.take(() => piece(item)))
    return results
  }

  end(): void {
    this.#onProgress?.(this.#of, this.#of)
  }
}
