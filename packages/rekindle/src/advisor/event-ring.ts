import { noteEveryMs } from '../watch/watcher.ts'
import { Cursors } from './cursors.ts'
import { NoteTable } from './note-table.ts'

/** Hashes have 31 bits: below this are all of them. */
export const wholeThreshold: number = 2 ** 31

/** Long enough for a time to live of a day: what came a day before the first event counted can be seen. */
const wantedWindowMs = 2 * 86_400_000
/** Of few keys, what is asked for again and again is written down less often. Times to live that matter are longer. */
const longestNoteEveryMs = 64_000
/** Of the keys, when room is made: fewer at once would leave more room unused. */
const partKept = 3 / 4
/** A sample of fewer keys than one for so many events says too little of the others. */
const eventsPerKey = 32
/** Times are of 32 bits: 49 days. Beyond that, the older half is forgotten. */
const longestTime = 0xffff_ffff
const halfTime = 0x8000_0000

/**
 * The requests for a sample of keys, in a fixed piece of memory. When it is full, room is made by what costs least: while it reaches back
 * less than two days, by leaving a quarter of the keys out (SHARDS with a fixed size: Waldspurger et al., FAST '15), or, when it is of few
 * keys, by noting each less often; otherwise by forgetting the oldest.
 */
export class EventRing {
  readonly #times: Uint32Array
  readonly #hashes: Uint32Array
  readonly #notes = new NoteTable()
  readonly #cursors = new Cursors()
  #head = 0
  #count = 0
  /** Number of the oldest event there is. */
  #first = 0
  /** Wall clock, ms; times are counted from it. */
  #base: number
  #last = 0
  #noteEvery = noteEveryMs
  /** Keys with hashes below it are in the sample. */
  threshold: number = wholeThreshold
  /** How many have been written down ever. */
  written = 0
  readonly #forget: Forgetting

  constructor(capacity: number, now: number, forget: Forgetting) {
    this.#times = new Uint32Array(capacity)
    this.#hashes = new Uint32Array(capacity)
    this.#base = now
    this.#forget = forget
  }

  /** Whether keys are written down less often than they are told of. */
  get isThinned(): boolean {
    return this.#noteEvery > noteEveryMs
  }

  get base(): number {
    return this.#base
  }

  /** The time of `now`: never before the last one. A clock that was put back moves what is written down back with it. */
  timeOf(now: number): number {
    const time = now - this.#base
    if (time >= this.#last && time <= longestTime) return (this.#last = time)
    if (!(time > longestTime)) {
      this.#base = now - this.#last
      return this.#last
    }
    this.#forgetHalf(time - halfTime)
    return (this.#last = now - this.#base)
  }

  /** For hashes below {@link threshold}. Returns whether it has been written down: it has not if that was done a moment ago. */
  add(hash: number, time: number): boolean {
    if (this.#notes.isRecent(hash, time, this.#noteEvery)) return false
    if (this.#count === this.#times.length) {
      this.#makeRoom()
      if (hash >= this.threshold) return false
    }
    const at = this.#slot(this.#count++)
    this.#times[at] = time
    this.#hashes[at] = hash
    this.written++
    return true
  }

  /** Those after `after`, which is 0 or the `next` of an earlier reading: time on the wall clock, and hash. None is given twice, though the sample may have shrunk. */
  read(after: number, maxEvents: number): { events: number[]; next: number; more: boolean } {
    const place = after === 0 ? this.#first : this.#cursors.placeOf(after, this.#first)
    const first = Math.max(0, Math.min(this.#count, place - this.#first))
    const end = Math.min(this.#count, first + Math.max(0, maxEvents))
    const events: number[] = []
    for (let index = first; index < end; index++) {
      const at = this.#slot(index)
      events.push(Math.max(0, Math.round(this.#base + this.#times[at]!)), this.#hashes[at]!)
    }
    return { events, next: this.#cursors.give(this.#first + end), more: end < this.#count }
  }

  #slot(index: number): number {
    const at = this.#head + index
    return at < this.#times.length ? at : at - this.#times.length
  }

  #makeRoom(): void {
    const reach = this.#last - this.#times[this.#head]!
    if (reach < wantedWindowMs) {
      const capacity = this.#times.length
      if (this.#countKeys() > capacity / eventsPerKey) {
        this.threshold = Math.ceil(this.threshold * partKept)
        this.#keep((hash) => hash < this.threshold)
      } else {
        while (this.#count > capacity / 2 && this.#noteEvery < longestNoteEveryMs) this.#thin()
      }
      if (this.#count < capacity) return
    }
    this.#dropBefore(this.#forget.oldest())
    if (this.#count === this.#times.length) this.#drop(Math.ceil(this.#count / 64))
  }

  #thin(): void {
    this.#noteEvery *= 2
    const noted = new Map<number, number>()
    this.#keep((hash, time) => {
      if (time - (noted.get(hash) ?? -Infinity) < this.#noteEvery) return false
      noted.set(hash, time)
      return true
    })
  }

  /** About: from so few bits that keys in the thousands are told apart. */
  #countKeys(): number {
    const seen = new Uint8Array(65_536)
    let keys = 0
    for (let index = 0; index < this.#count; index++) {
      const low = this.#hashes[this.#slot(index)]! & 0xffff
      keys += 1 - seen[low]!
      seen[low] = 1
    }
    return keys
  }

  #keep(belongs: (hash: number, time: number) => boolean): void {
    const keptBefore = new Uint32Array(this.#count + 1)
    let kept = 0
    for (let index = 0; index < this.#count; index++) {
      keptBefore[index] = kept
      const from = this.#slot(index)
      const [hash, time] = [this.#hashes[from]!, this.#times[from]!]
      if (!belongs(hash, time)) continue
      const to = this.#slot(kept++)
      this.#hashes[to] = hash
      this.#times[to] = time
    }
    keptBefore[this.#count] = kept
    const [oldFirst, first] = [this.#first, this.#first + this.#count + 1]
    this.#cursors.renumber((number) => first + (keptBefore[number - oldFirst] ?? 0))
    this.#first = first
    this.#count = kept
  }

  #dropBefore(time: number): void {
    let dropped = 0
    while (dropped < this.#count && this.#times[this.#slot(dropped)]! < time) dropped++
    this.#drop(dropped)
  }

  #drop(events: number): void {
    this.#head = this.#slot(events) % this.#times.length
    this.#count -= events
    this.#first += events
  }

  #forgetHalf(by: number): void {
    this.#dropBefore(by)
    for (let index = 0; index < this.#count; index++) {
      const at = this.#slot(index)
      this.#times[at] = this.#times[at]! - by
    }
    this.#base += by
    this.#notes.clear()
    this.#forget.shift(by)
  }
}

/** What is kept beside the events, and forgotten with them. */
export interface Forgetting {
  /** Up to when the oldest part goes. */
  oldest(): number
  /** Everything before `by` goes, and times are counted from it. */
  shift(by: number): void
}
