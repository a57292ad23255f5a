/** Of the latest readers. Who has not asked again for longer begins anew. */
const maxCursors = 64

/**
 * Up to where readers have read. Events have numbers, one after the other; when some are left out in between, those that stay get new
 * ones, above all there were, and each cursor that was given out is moved to what comes after it now.
 */
export class Cursors {
  readonly #places = new Map<number, number>()

  /** Remembers that a reader has got all before `number`. */
  give(number: number): number {
    this.#places.delete(number)
    this.#places.set(number, number)
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= maxCursors) break
      this.#places.delete(oldest)
    }
    return number
  }

  /** Where the next event for this reader is, or was: `first` is the number of the oldest event. */
  placeOf(cursor: number, first: number): number {
    return this.#places.get(cursor) ?? (cursor < first ? first : cursor)
  }

  /** `placeOf`: the new number of what had this one, or of the next that stays. */
  renumber(placeOf: (number: number) => number): void {
    for (const [cursor, number] of this.#places) this.#places.set(cursor, placeOf(number))
  }
}
