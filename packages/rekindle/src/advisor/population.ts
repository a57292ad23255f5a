import type { Sample } from './sample.ts'

/**
 * From misses in a sample of keys to those of all requests. Sampled misses stand for 1 / rate of all (SHARDS: Waldspurger et al.,
 * FAST '15). Where it is known how many events there would be of all keys, the sample's own number shows by how much it is off, and
 * that is put right, in so far as misses go with events from key to key (a regression estimator; to put right hits only,
 * as SHARDS-adj does, is this with a slope of 0, to put right the ratio of the two, one with that slope).
 */
export class Population {
  readonly #sample: Sample
  readonly #events: Uint32Array
  readonly #eventCount: number = 0
  readonly #squares: number = 0

  /** `keys`: by event, whose it is. */
  constructor(sample: Sample, keys: Int32Array, keyCount: number) {
    const { times, countFrom } = sample
    this.#sample = sample
    this.#events = new Uint32Array(keyCount)
    for (let at = 0; at < times.length; at++) if (times[at]! >= countFrom) this.#events[keys[at]!]!++
    for (const events of this.#events) {
      this.#eventCount += events
      this.#squares += events * events
    }
  }

  /** How many misses all keys have, if those of the sample have `misses`. */
  total(misses: Uint32Array): number {
    const { rate, told, requests } = this.#sample
    let [sum, products] = [0, 0]
    for (let key = 0; key < misses.length; key++) {
      sum += misses[key]!
      products += misses[key]! * this.#events[key]!
    }
    const lacking = told === undefined ? 0 : told - this.#eventCount / rate
    const slope = this.#squares === 0 ? 0 : products / this.#squares
    return Math.min(requests, Math.max(0, sum / rate + slope * lacking))
  }
}
