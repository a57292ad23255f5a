import { textOf } from '../errors.ts'
import { connectTimeoutMs, type Link, type OnLost } from './link.ts'
import { unlessHeard } from './silence.ts'

/** Between attempts to connect: growing from the one to the other, half of it at random. What was up is often back at once. */
const firstPauseMs = 20
const longestPauseMs = 400

/** Attempts that wait for an answer at once. Packets may have gone missing for all but the latest. */
const maxAttempts = 5

/** So often it is seen whether the link still answers, and so long that may take. */
const checkEveryMs = 1_000

interface Attempt<L> {
  /** Undefined while it is being opened. */
  link: L | undefined
}

/**
 * Keeps a link to Redis up: makes one, watches it, and makes another when it is lost or has fallen silent. A connection that
 * has died without a word (a firewall that forgot it, a cable) is given up within two seconds, which a client left to itself
 * does after a quarter of an hour.
 *
 * Nothing here keeps the process from exiting.
 */
export class SteadyLink<L extends Link> {
  readonly #open: (onLost: OnLost) => L | Promise<L>
  readonly #onUp: (link: L) => void
  readonly #attempts = new Set<Attempt<L>>()
  #current: Attempt<L> | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #pauseMs = firstPauseMs
  #upSince = 0
  #generation = 0
  #started = false
  #closed = false
  #lastError: Error | undefined = undefined
  /** Settled when the first attempt has succeeded or failed: until then it is worth waiting. */
  readonly #first: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(open: (onLost: OnLost) => L | Promise<L>, onUp: (link: L) => void = () => {}) {
    this.#open = open
    this.#onUp = onUp
  }

  /** The link, if it is up. */
  get up(): L | undefined {
    return this.#current?.link
  }

  /** Another number for each link. */
  get generation(): number {
    return this.#generation
  }

  /** Starts, if that has not been done. Resolves to the link; rejects at once if there is none, except at the very start. */
  async ready(): Promise<L> {
    this.start()
    await this.#first.promise
    if (this.up === undefined) throw this.#notConnected()
    return this.up
  }

  start(): void {
    if (this.#started || this.#closed) return
    this.#started = true
    this.#attempt()
  }

  /** For good. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#drop(this.#current)
    this.#current = undefined
    for (const attempt of this.#attempts) this.#drop(attempt)
    this.#first.resolve()
  }

  /** Gives a link up that is connected and of no use: `link`, or whichever it is. */
  giveUp(error: Error, link?: L): void {
    const current = this.#current
    if (current !== undefined && (link === undefined || current.link === link)) this.#failed(current, error)
  }

  #attempt(): void {
    // Should this one hang, another is begun beside it.
    this.#tryAgainIn(longestPauseMs)
    if (this.#attempts.size >= maxAttempts) return
    const attempt: Attempt<L> = { link: undefined }
    this.#attempts.add(attempt)
    const silent = new Error(`Redis did not answer within ${connectTimeoutMs} ms.`)
    const heard = unlessHeard(connectTimeoutMs, () => this.#failed(attempt, silent))
    this.#connect(attempt)
      .finally(heard)
      .then(
        () => this.#succeeded(attempt),
        (error: unknown) => this.#failed(attempt, errorOf(error)),
      )
  }

  async #connect(attempt: Attempt<L>): Promise<void> {
    const link = await this.#open((error) => this.#failed(attempt, error))
    attempt.link = link
    if (!this.#attempts.has(attempt)) return this.#drop(attempt)
    await link.connect()
  }

  #succeeded(attempt: Attempt<L>): void {
    // It may have come too late: given up, or another one was faster.
    if (!this.#attempts.delete(attempt) || attempt.link === undefined) return this.#drop(attempt)
    for (const other of this.#attempts) this.#drop(other)
    this.#attempts.clear()
    this.#current = attempt
    this.#upSince = performance.now()
    this.#generation++
    this.#first.resolve()
    this.#watch(attempt, attempt.link)
    this.#onUp(attempt.link)
  }

  #failed(attempt: Attempt<L>, error: Error): void {
    const wasUp = attempt === this.#current
    if (!wasUp && !this.#attempts.delete(attempt)) return
    this.#drop(attempt)
    this.#lastError = error
    this.#first.resolve()
    if (wasUp) {
      this.#current = undefined
      this.#generation++
      // Only one that is lost soon after it was made is a reason to wait.
      if (performance.now() - this.#upSince > this.#pauseMs) this.#pauseMs = firstPauseMs
    }
    if (this.#current !== undefined) return
    this.#tryAgainIn(this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  #tryAgainIn(ms: number): void {
    this.#later(ms * (0.5 + Math.random() / 2), () => this.#attempt())
  }

  #drop(attempt: Attempt<L> | undefined): void {
    this.#attempts.delete(attempt as Attempt<L>)
    try {
      attempt?.link?.destroy()
    } catch {
      // It had ended already.
    }
  }

  #watch(attempt: Attempt<L>, link: L): void {
    this.#later(checkEveryMs, () => {
      const silent = new Error(`Redis has not answered for ${checkEveryMs} ms.`)
      const heard = unlessHeard(checkEveryMs, () => this.#failed(attempt, silent))
      link
        .check()
        .finally(heard)
        .then(
          () => attempt === this.#current && this.#watch(attempt, link),
          (error: unknown) => this.#failed(attempt, errorOf(error)),
        )
    })
  }

  #later(ms: number, call: () => void): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(call, ms)
    this.#timer.unref()
  }

  #notConnected(): Error {
    const why = this.#lastError === undefined ? '' : `: ${this.#lastError.message}`
    return new Error(`Not connected to Redis${why}`, { cause: this.#lastError })
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(textOf(thrown))
}
