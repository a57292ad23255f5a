import type { AutoTune } from './advisor-options.ts'
import type { Turns } from './turns.ts'

/** So near to the target, nothing is changed: what is predicted from one hour does not hold to the point in the next. */
const deadBand = 0.005
/** At most so many times longer, or shorter, at once. */
const longestStep = 1.5
/** A search stops when the time is known to within a part of this. */
const precision = 1.03

/** What is expected of a time to live: a share of requests, and how far chance may move it (its standard error). */
export interface Outlook {
  readonly expect: (ttlMs: number) => number
  readonly errorOf: (share: number) => number
}

export interface Expectation {
  readonly ttlMs: number
  /** The share of requests that need no full build. */
  readonly predicted: number
}

/**
 * The next step towards the shortest time to live with which the target is expected; `undefined`: to stay is as good, as far as can be told. If
 * nothing within the bounds reaches it, what can be had is aimed at.
 */
export async function nextTtl(
  current: number,
  { minTtlMs, maxTtlMs, target }: AutoTune,
  { expect, errorOf }: Outlook,
  turns: Turns,
): Promise<Expectation | undefined> {
  const expected = (ttlMs: number) => turns.take(() => expect(ttlMs))
  const most = await expected(maxTtlMs)
  const aim = Math.min(target, most - deadBand)
  if (Math.abs((await expected(current)) - aim) <= deadBand + errorOf(aim)) return undefined
  let [low, high] = [minTtlMs, maxTtlMs]
  if ((await expected(minTtlMs)) >= aim) high = minTtlMs
  while (high / low > precision) {
    const middle = Math.sqrt(low * high)
    if ((await expected(middle)) >= aim) high = middle
    else low = middle
  }
  // Half of the way: the next minute sees further.
  const halfway = Math.sqrt(current * high)
  const step = Math.min(current * longestStep, Math.max(current / longestStep, halfway))
  const ttlMs = Math.min(maxTtlMs, Math.max(minTtlMs, Math.round(step)))
  return ttlMs === current ? undefined : { ttlMs, predicted: await expected(ttlMs) }
}
