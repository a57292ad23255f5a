import type { RecordingPage } from '../watch/watcher.ts'
import { EventRing } from './event-ring.ts'
import { RequestMarks } from './request-marks.ts'
import { VisitCounts } from './visit-counts.ts'

/** The counts are noted this often in a ring's full turn. */
const marksPerTurn = 64

/** What is written down of one scope, and how many requests there were meanwhile. */
export class Recording {
  readonly #ring: EventRing
  readonly #marks: RequestMarks
  readonly #visits = new VisitCounts()
  readonly #requests: () => number
  readonly #eventsPerMark: number
  /** Whether requests are told but once in the time in which a key is written down once. */
  readonly #toldOnce: boolean
  #nextMark: number
  /** Of keys in the sample, those that were written down a moment ago included. */
  #toldInSample = 0
  #truncated = false

  constructor(maxEvents: number, now: number, requests: () => number, toldOnce: boolean) {
    this.#requests = requests
    this.#toldOnce = toldOnce
    this.#eventsPerMark = Math.ceil(maxEvents / marksPerTurn)
    this.#nextMark = this.#eventsPerMark
    this.#marks = new RequestMarks({ time: 0, requests: requests(), told: toldOnce ? 0 : undefined, visits: this.#visits.totals })
    this.#ring = new EventRing(maxEvents, now, {
      oldest: () => {
        this.#truncated = true
        this.#marks.dropFirst()
        return this.#marks.first.time
      },
      shift: (by) => {
        this.#truncated = true
        this.#marks.shift(by)
      },
    })
  }

  /** `told`: how many requests, of all hashes, so far. */
  see(hash: number, now: number, told: number): void {
    this.#visits.see(hash, now)
    if (hash < this.#ring.threshold) this.#note(hash, now, told)
  }

  #note(hash: number, now: number, told: number): void {
    this.#toldInSample++
    const time = this.#ring.timeOf(now)
    if (!this.#ring.add(hash, time) || this.#ring.written < this.#nextMark) return
    this.#nextMark = this.#ring.written + this.#eventsPerMark
    this.#marks.add(this.#mark(time, told))
  }

  page(after: number, maxEvents: number, now: number, told: number): RecordingPage {
    const time = this.#ring.timeOf(now)
    const { events, next, more } = this.#ring.read(after, maxEvents)
    const last = this.#mark(time, told)
    return {
      since: this.#ring.base + this.#marks.first.time,
      until: this.#ring.base + time,
      requests: Math.max(0, last.requests - this.#marks.first.requests),
      threshold: this.#ring.threshold,
      next,
      more,
      events,
      truncated: this.#truncated,
      marks: this.#marks.since(this.#ring.base, last),
    }
  }

  #mark(time: number, told: number) {
    const written = this.#ring.written / Math.max(1, this.#toldInSample)
    const isWhole = !this.#ring.isThinned
    return {
      time,
      requests: this.#requests(),
      told: this.#toldOnce && isWhole ? told * written : undefined,
      visits: isWhole ? this.#visits.totals : undefined,
    }
  }
}
