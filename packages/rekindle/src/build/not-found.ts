import type { Clock } from '../clock.ts'
import type { AgentNotFoundError } from '../errors.ts'
import type { Dependencies, InvalidationView } from '../invalidation/view.ts'

/** Of as many unknown agents it is remembered that there are none. A flood of others forgets the oldest, no more. */
const capacity = 10_000

/** And no more of their keys and tags, in characters: those who send the unknown ids choose their length. */
const maxLength = 4 * 1_048_576

interface Absence extends Dependencies {
  readonly error: AgentNotFoundError
  readonly until: number
  readonly length: number
}

/** That an agent does not exist, remembered for a while, so that a flood of unknown ids does not reach the database. */
export class NotFound {
  readonly #ttlMs: number
  readonly #view: InvalidationView
  readonly #clock: Clock
  readonly #absent = new Map<string, Absence>()
  /** Of all that is remembered. */
  #length = 0

  constructor(ttlMs: number, view: InvalidationView, clock: Clock) {
    this.#ttlMs = ttlMs
    this.#view = view
    this.#clock = clock
  }

  /** `dependencies` as of before the source was asked. */
  remember(id: string, error: AgentNotFoundError, dependencies: Dependencies): void {
    if (this.#ttlMs === 0) return
    this.#forget(id)
    const length = dependencies.tags.reduce((sum, tag) => sum + tag.length, id.length)
    this.#absent.set(id, { ...dependencies, error, until: this.#clock.now() + this.#ttlMs, length })
    this.#length += length
    for (const oldest of this.#absent.keys()) {
      if (this.#absent.size <= capacity && this.#length <= maxLength) return
      this.#forget(oldest)
    }
  }

  /** What was thrown for it, unless that was long ago or it has been invalidated since. */
  recall(id: string): AgentNotFoundError | undefined {
    const absence = this.#absent.get(id)
    if (absence === undefined) return undefined
    if (this.#clock.now() < absence.until && this.#view.isValid(absence)) return absence.error
    this.#forget(id)
    return undefined
  }

  #forget(id: string): void {
    this.#length -= this.#absent.get(id)?.length ?? 0
    this.#absent.delete(id)
  }
}
