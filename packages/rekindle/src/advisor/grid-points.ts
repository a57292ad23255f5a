const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** From a minute to a week, in steps of about two thirds more. */
export const ttlPoints: readonly number[] = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  day,
  2 * day,
  3 * day,
  5 * day,
  7 * day,
]

export const idlePoints: readonly number[] = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  day,
]

/** Parts of as many agents as there are when nothing limits them. */
const sizeParts = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1, 1.25]

/** Around the number of agents that are used. */
export function sizePoints(used: number): number[] {
  return [...new Set(sizeParts.map((part) => Math.max(1, Math.round(used * part))))]
}

/** For a grid: as coarse as one can still be read. */
export function everySecond(points: readonly number[]): number[] {
  return points.filter((_, at) => at % 2 === 0)
}
