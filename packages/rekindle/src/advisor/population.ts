import { solve } from './linear-system.ts'
import type { Sample } from './sample.ts'
import { visitError } from './visit-counts.ts'

/** For so many sampled keys, one count more to put right: of fewer, chance decides what goes with what. */
const keysPerCount = 10

/** What is known of all keys: a total, how far that may be off (as a part of it), and what each sampled key has of it. */
interface Known {
  readonly total: number
  readonly error: number
  readonly of: Float64Array
}

/**
 * From misses in a sample of keys to those of all requests. Sampled misses stand for 1 / rate of all (SHARDS: Waldspurger et al.,
 * FAST '15). Of all keys it is known how many events there would be, how many keys, and how many were asked for in each hour, say. By how much the
 * sample is off there is put right, in so far as misses go with it from key to key: a regression estimator, in which
 * a count that is not exact says less the less there is to put right.
 */
export class Population {
  readonly #requests: number
  /** By key: how many misses of all keys one of its misses stands for. */
  readonly #weights: Float64Array

  /** `keys`: by event, whose it is. */
  constructor(sample: Sample, keys: Int32Array, keyCount: number) {
    const { rate, requests } = sample
    this.#requests = requests
    this.#weights = new Float64Array(keyCount).fill(1 / rate)
    if (rate === 1) return
    const known = knownOf(sample, keys, keyCount).slice(0, Math.max(1, Math.floor(keyCount / keysPerCount)))
    // How much these vary from sample to sample, against how far the counts are off.
    const exactness = (rate * rate) / (1 - rate)
    const matrix = known.map((one, row) =>
      known.map((other, column) => product(one.of, other.of) + (row === column ? exactness * (one.error * one.total) ** 2 : 0)),
    )
    const factors = solve(
      matrix,
      known.map(({ total, of }) => total - of.reduce((sum, each) => sum + each, 0) / rate),
    )
    for (const [at, { of }] of known.entries()) {
      for (let key = 0; key < keyCount; key++) this.#weights[key]! += factors[at]! * of[key]!
    }
  }

  /** How many misses all keys have, if those of the sample have `misses`. */
  total(misses: Uint32Array): number {
    let total = 0
    for (let key = 0; key < misses.length; key++) total += misses[key]! * this.#weights[key]!
    return Math.min(this.#requests, Math.max(0, total))
  }
}

/** What says the most first. */
function knownOf({ times, agents, agentCount, countFrom, told, visits }: Sample, keys: Int32Array, keyCount: number): Known[] {
  const known: Known[] = []
  if (told !== undefined) {
    const events = new Float64Array(keyCount)
    for (let at = 0; at < times.length; at++) if (times[at]! >= countFrom) events[keys[at]!]!++
    known.push({ total: told, error: 0, of: events })
  }
  for (const { blockMs, total } of visits) {
    const of = new Float64Array(keyCount)
    const latest = new Float64Array(agentCount).fill(-1)
    for (let at = 0; at < times.length; at++) {
      const block = blockMs === Infinity ? 0 : Math.floor(times[at]! / blockMs)
      if (latest[agents[at]!] === block) continue
      latest[agents[at]!] = block
      if (times[at]! >= countFrom) of[keys[at]!]!++
    }
    known.push({ total, error: visitError, of })
  }
  return known
}

function product(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!
  return sum
}
