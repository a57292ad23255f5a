/** Probes come every few seconds, from several places: within this time they get the same answer. */
const keptMs = 1_000
/** A question that was never answered is not asked again before. */
const patienceMs = 30_000

export interface PartCheckOptions {
  readonly ask: () => Promise<unknown>
  /** A part that has not answered by then is down. */
  readonly withinMs: number
  /** Told of each question that failed, not of each that wanted to know. */
  readonly onFailure: (failure: unknown) => void
  readonly now: () => number
}

/**
 * Whether a part of the server answers. However often that is wanted, one question is on its way at a time: a part that hangs
 * holds one connection, not one for each probe.
 */
export class PartCheck {
  readonly #options: PartCheckOptions
  #asking: Promise<unknown> | undefined
  #answer: { readonly failure: unknown; readonly at: number } | undefined
  #hangsSince: number | undefined

  constructor(options: PartCheckOptions) {
    this.#options = options
  }

  /** Resolves within the time set to `undefined`, or to why there was no answer. */
  async failure(): Promise<unknown> {
    const { withinMs, now, onFailure } = this.#options
    if (this.#asking !== undefined) return this.#asking
    if (this.#answer !== undefined && now() - this.#answer.at < keptMs) return this.#answer.failure
    if (this.#hangsSince !== undefined && now() - this.#hangsSince < patienceMs) return noAnswerIn(withinMs)
    this.#asking = answers(() => this.#ask(), withinMs)
    const failure = await this.#asking
    this.#asking = undefined
    this.#answer = { failure, at: now() }
    if (failure !== undefined) onFailure(failure)
    return failure
  }

  async #ask(): Promise<void> {
    const { ask, now } = this.#options
    const since = now()
    this.#hangsSince = since
    try {
      await ask()
    } finally {
      // Of two that hang, the later one counts.
      if (this.#hangsSince === since) this.#hangsSince = undefined
    }
  }
}

/** `undefined`, or why there was no answer within `ms`. */
export async function answers(ask: () => Promise<unknown>, ms: number): Promise<unknown> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(noAnswerIn(ms)), ms)
  try {
    await Promise.race([ask(), late.promise])
    return undefined
  } catch (error) {
    return error
  } finally {
    clearTimeout(timer)
  }
}

function noAnswerIn(ms: number): Error {
  return new Error(`No answer within ${ms} ms.`)
}
