interface Waiting<Value> {
  readonly key: string
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects what is read within one turn of the event loop into one command. The first read of a turn goes at once, so a lone
 * one waits for nothing; under load, hundreds share the cost of a command and of its system calls.
 */
export class BatchedReads<Value> {
  readonly #readAll: (keys: readonly string[]) => Promise<readonly Value[]>
  readonly #maxBatch: number
  #waiting: Waiting<Value>[] | undefined = undefined

  /** `maxBatch`: how many may be in one command, which keeps the server from its other clients. */
  constructor(maxBatch: number, readAll: (keys: readonly string[]) => Promise<readonly Value[]>) {
    this.#maxBatch = maxBatch
    this.#readAll = readAll
  }

  read(key: string): Promise<Value> {
    if (this.#waiting === undefined) {
      this.#waiting = []
      // After all promise jobs of this turn, which may ask for more.
      queueMicrotask(() => process.nextTick(this.#flush))
      return this.#readAll([key]).then(([value]) => value as Value)
    }
    return new Promise((resolve, reject) => this.#waiting?.push({ key, resolve, reject }))
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (let from = 0; from < waiting.length; from += this.#maxBatch) {
      void this.#send(waiting.slice(from, from + this.#maxBatch))
    }
  }

  async #send(batch: readonly Waiting<Value>[]): Promise<void> {
    try {
      const values = await this.#readAll(batch.map(({ key }) => key))
      for (let at = 0; at < batch.length; at++) batch[at]?.resolve(values[at] as Value)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
