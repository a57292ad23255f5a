import { maxTagLength } from '../agent-key.ts'
import { noTags } from '../config/config-record.ts'
import { InvalidTargetError, shown } from '../errors.ts'
import type { Stamp } from '../invalidation/stamp.ts'

/** About as many as a pointer can hold. Each is an entry in the index of dependencies for every live agent that has it. */
const maxTags = 5_000

/** No history has this name. */
const noStamp: Stamp = { history: '', clock: 0, unconfirmed: 0 }

/** The dependencies that one load has named. */
export class LoadTags {
  readonly #names = new Set<string>()
  #excess: string | undefined = undefined

  get names(): readonly string[] {
    return this.#names.size === 0 ? noTags : [...this.#names]
  }

  /** Why not all that was named is in {@link names}, if it is not. */
  get excess(): string | undefined {
    return this.#excess
  }

  /** Throws {@link InvalidTargetError} for what is no string. */
  add(name: unknown): void {
    if (typeof name !== 'string') throw new InvalidTargetError(`A tag must be a string; got ${shown(name)}.`)
    if (name.length > maxTagLength) this.#excess ??= `a tag has ${name.length} characters, more than ${maxTagLength}`
    else if (this.#names.size < maxTags) this.#names.add(name)
    else if (!this.#names.has(name)) this.#excess ??= `there are more than ${maxTags} tags`
  }

  /**
   * The stamp of what was loaded after `stamp`. Where something it depends on has not been noted, an invalidation of that would
   * pass it by; so it counts as invalidated from the first: those who have asked for it get it, and it is kept for nobody else.
   */
  asOf(stamp: Stamp): Stamp {
    return this.#excess === undefined ? stamp : noStamp
  }
}
