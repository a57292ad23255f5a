import type { AutoTune } from './advisor-options.ts'
import type { Turns } from './turns.ts'

/** So near to the target, nothing is changed: what is predicted from one hour does not hold to the point in the next. */
const deadBand = 0.005
/** At most so many times longer, or shorter, at once. */
const longestStep = 1.5
/** A search stops when the time is known to within a part of this. */
const precision = 1.03

export interface Expectation {
  readonly ttlMs: number
  /** The share of requests that need no full build. */
  readonly predicted: number
}

/**
 * The next step towards the shortest time to live with which `expect` gives the target; `undefined`: to stay is as good. If nothing does within
 * the bounds, what can be had is aimed at.
 */
export async function nextTtl(
  current: number,
  { minMs, maxMs, target }: AutoTune,
  expect: (ttlMs: number) => number,
  turns: Turns,
): Promise<Expectation | undefined> {
  const expected = (ttlMs: number) => turns.take(() => expect(ttlMs))
  const most = await expected(maxMs)
  const aim = Math.min(target, most - deadBand)
  if (Math.abs((await expected(current)) - aim) <= deadBand) return undefined
  let [low, high] = [minMs, maxMs]
  if ((await expected(minMs)) >= aim) high = minMs
  while (high / low > precision) {
    const middle = Math.sqrt(low * high)
    if ((await expected(middle)) >= aim) high = middle
    else low = middle
  }
  const step = Math.min(current * longestStep, Math.max(current / longestStep, high))
  const ttlMs = Math.min(maxMs, Math.max(minMs, Math.round(step)))
  return ttlMs === current ? undefined : { ttlMs, predicted: await expected(ttlMs) }
}
