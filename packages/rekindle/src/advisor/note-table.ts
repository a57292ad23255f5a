/** A power of two. */
const slots = 4_096
/** No hash has so many bits. */
const nobody = 0xffff_ffff

/** When each key was last written down, for as many as there is room for: one that meets another in its slot is forgotten. */
export class NoteTable {
  readonly #hashes = new Uint32Array(slots).fill(nobody)
  readonly #times = new Uint32Array(slots)

  /** Whether `hash` has been noted less than `withinMs` ago. If not, it is now. */
  isRecent(hash: number, time: number, withinMs: number): boolean {
    const slot = hash & (slots - 1)
    if (this.#hashes[slot] === hash && time - this.#times[slot]! < withinMs) return true
    this.#hashes[slot] = hash
    this.#times[slot] = time
    return false
  }

  clear(): void {
    this.#hashes.fill(nobody)
  }
}
