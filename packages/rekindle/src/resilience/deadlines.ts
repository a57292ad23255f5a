import type { Clock, Timer } from '../clock.ts'

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
  /** In a list through themselves: a set that is filled and emptied all the time is made anew again and again. */
  #oldest: Pending | undefined = undefined
  #youngest: Pending | undefined = undefined
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
      const pending = new Pending(this.#clock.now() + this.#ms, timeoutError, fail)
      this.#begin(pending)
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

  #begin(pending: Pending): void {
    // A store's connections do not keep the process from exiting; that somebody waits for an answer does.
    if (this.#oldest === undefined) this.#timer?.ref()
    pending.older = this.#youngest
    if (this.#youngest === undefined) this.#oldest = pending
    else this.#youngest.younger = pending
    this.#youngest = pending
    this.#timer ??= this.#start(this.#ms)
  }

  /** Whether it was pending. */
  #done(pending: Pending): boolean {
    if (!pending.isPending) return false
    pending.isPending = false
    const { older, younger } = pending
    if (older === undefined) this.#oldest = younger
    else older.younger = younger
    if (younger === undefined) this.#youngest = older
    else younger.older = older
    // Work that never ends holds this one, and by its neighbours would hold all that came after.
    pending.older = undefined
    pending.younger = undefined
    if (this.#oldest === undefined) this.#timer?.unref()
    return true
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
    for (let pending = this.#oldest; pending !== undefined; pending = this.#oldest) {
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
      this.#done(pending)
      pending.giveUp()
    }
  }

  /** For the end: gives up whatever is pending. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (let pending = this.#oldest; pending !== undefined; pending = this.#oldest) {
      this.#done(pending)
      pending.giveUp(new Error('The connection to the store has been closed.'))
    }
  }
}

/** Work that has not come to anything yet. */
class Pending {
  readonly due: number
  readonly #timeoutError: () => Error
  readonly #fail: (error: unknown) => void
  isPending = true
  older: Pending | undefined = undefined
  younger: Pending | undefined = undefined

  constructor(due: number, timeoutError: () => Error, fail: (error: unknown) => void) {
    this.due = due
    this.#timeoutError = timeoutError
    this.#fail = fail
  }

  giveUp(error: Error = this.#timeoutError()): void {
    this.#fail(error)
  }
}
