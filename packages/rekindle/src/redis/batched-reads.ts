interface Waiting<Value> {
  readonly key: string
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects what is read within one turn of the event loop into one command. While no answer is awaited a read goes at once, so a
 * lone one waits for nothing; under load, hundreds share the cost of a command and of its system calls.
 */
export class BatchedReads<Value> {
  readonly #readAll: (keys: readonly string[]) => Promise<readonly Value[]>
  readonly #maxBatch: number
  #waiting: Waiting<Value>[] = []
  /** Commands that have not been answered. */
  #awaited = 0

  /** `maxBatch`: how many may be in one command, which keeps the server from its other clients. */
  constructor(maxBatch: number, readAll: (keys: readonly string[]) => Promise<readonly Value[]>) {
    this.#maxBatch = maxBatch
    this.#readAll = readAll
  }

  read(key: string): Promise<Value> {
    if (this.#awaited === 0) return this.#readAtOnce(key)
    // After all promise jobs of this turn, which may ask for more.
    if (this.#waiting.length === 0) queueMicrotask(() => process.nextTick(this.#flush))
    return new Promise((resolve, reject) => this.#waiting.push({ key, resolve, reject }))
  }

  #readAtOnce(key: string): Promise<Value> {
    this.#awaited++
    return this.#readAll([key]).then(
      ([value]) => {
        this.#awaited--
        return value as Value
      },
      (error: unknown) => {
        this.#awaited--
        throw error
      },
    )
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (let from = 0; from < waiting.length; from += this.#maxBatch) {
      void this.#send(waiting.slice(from, from + this.#maxBatch))
    }
  }

  async #send(batch: readonly Waiting<Value>[]): Promise<void> {
    this.#awaited++
    try {
      const values = await this.#readAll(batch.map(({ key }) => key))
      for (let at = 0; at < batch.length; at++) batch[at]?.resolve(values[at] as Value)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      this.#awaited--
    }
  }
}
