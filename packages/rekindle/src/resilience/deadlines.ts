import type { Clock, Timer } from '../clock.ts'

interface Pending {
  readonly due: number
  readonly giveUp: (error?: Error) => void
}

/** Is told what became of each work. */
export interface DeadlineWitness {
  /** In time, after `ms`. */
  answered(ms: number): void
  failed(error: unknown): void
}

/** Later than this, the process was busy when the time was over. */
const lagMs = 10

/**
 * Deadlines that are all the same time away. They fall due in the order in which they were set, so one timer, for the oldest,
 * serves them all: setting one and meeting it costs no timer of its own.
 */
export class Deadlines {
  readonly #ms: number
  readonly #clock: Clock
  readonly #witness: DeadlineWitness | undefined
  readonly #pending = new Set<Pending>()
  #timer: Timer | undefined = undefined

  constructor(ms: number, clock: Clock, witness?: DeadlineWitness) {
    this.#ms = ms
    this.#clock = clock
    this.#witness = witness
  }

  /**
   * What `work` comes to. When it fails, or its time is over (`timeoutError`), what `recover` makes of that. What `work` does
   * afterwards is nobody's concern here.
   */
  keep<Value>(work: Promise<Value>, timeoutError: () => Error, recover: (error: unknown) => Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      const began = performance.now()
      const fail = (error: unknown) => {
        this.#witness?.failed(error)
        try {
          resolve(recover(error))
        } catch (thrown) {
          reject(thrown as Error)
        }
      }
      const pending = { due: this.#clock.now() + this.#ms, giveUp: (error = timeoutError()) => fail(error) }
      // A store's connections do not keep the process from exiting; that somebody waits for an answer does.
      if (this.#pending.size === 0) this.#timer?.ref()
      this.#pending.add(pending)
      this.#timer ??= this.#start(this.#ms)
      work.then(
        (value) => {
          if (this.#done(pending)) this.#witness?.answered(performance.now() - began)
          resolve(value)
        },
        (error: unknown) => {
          if (this.#done(pending)) fail(error)
        },
      )
    })
  }

  #done(pending: Pending): boolean {
    const wasPending = this.#pending.delete(pending)
    if (this.#pending.size === 0) this.#timer?.unref()
    return wasPending
  }

  #start(ms: number, hasLooked: boolean = false): Timer {
    return this.#clock.after(ms, () => this.#expire(hasLooked))
  }

  /**
   * Gives up what is due, and waits for the next if there is one.
   *
   * After a process was busy, its event loop runs timers before it reads what has arrived. So that its own lag is not taken for
   * a store that does not answer, it first gets to read (`hasLooked`).
   */
  #expire(hasLooked: boolean): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const pending of this.#pending) {
      const left = pending.due - now
      if (left < -lagMs && !hasLooked) {
        this.#timer = this.#start(1, true)
        return
      }
      // More than there was to begin with: the clock has been set back.
      if (left > 0 && left <= this.#ms) {
        this.#timer = this.#start(left)
        return
      }
      this.#pending.delete(pending)
      pending.giveUp()
    }
  }

  /** For the end: gives up whatever is pending. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const pending of this.#pending) pending.giveUp(new Error('The connection to the store has been closed.'))
    this.#pending.clear()
  }
}
