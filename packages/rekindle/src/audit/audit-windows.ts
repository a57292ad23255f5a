import type { AuditWindow } from './audit-summary.ts'
import { ninesOf } from './nines.ts'

const spans = [1, 5, 10] as const

const bucketMs = 10_000
/** Those of the longest span. */
const buckets = (10 * 60_000) / bucketMs

/** Counts of the last ten minutes, in buckets of ten seconds: fixed memory. */
export class AuditWindows {
  /** Which bucket of all time each place holds. */
  readonly #held = new Float64Array(buckets).fill(-1)
  readonly #audited = new Uint32Array(buckets)
  readonly #inconsistent = new Uint32Array(buckets)
  #lastNow: number
  /** A clock that is set back loses nothing but the moment: time goes on from where it was. */
  #elapsedMs = 0

  constructor(now: number) {
    this.#lastNow = now
  }

  record(consistent: boolean, now: number): void {
    const bucket = this.#bucketAt(now)
    const place = bucket % buckets
    if (this.#held[place] !== bucket) {
      this.#held[place] = bucket
      this.#audited[place] = 0
      this.#inconsistent[place] = 0
    }
    this.#audited[place]! += 1
    if (!consistent) this.#inconsistent[place]! += 1
  }

  summary(now: number): AuditWindow[] {
    const current = this.#bucketAt(now)
    return spans.map((minutes) => {
      const since = current - (minutes * 60_000) / bucketMs
      let audited = 0
      let inconsistent = 0
      this.#held.forEach((bucket, place) => {
        if (bucket <= since) return
        audited += this.#audited[place]!
        inconsistent += this.#inconsistent[place]!
      })
      return { minutes, audited, inconsistent, nines: ninesOf(audited, inconsistent) }
    })
  }

  #bucketAt(now: number): number {
    this.#elapsedMs += Math.max(0, now - this.#lastNow)
    this.#lastNow = now
    return Math.floor(this.#elapsedMs / bucketMs)
  }
}
