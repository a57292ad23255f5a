/** What people set: nobody writes 26 409 717 ms. */
const minutes = [1, 2, 3, 5, 7, 10, 15, 20, 30, 45]
const hours = [1, 1.5, 2, 3, 4, 6, 8, 12, 18]
const days = [1, 2, 3, 4, 5, 7]

const times: readonly number[] = [
  ...minutes.map((count) => count * 60_000),
  ...hours.map((count) => count * 3_600_000),
  ...days.map((count) => count * 86_400_000),
]
const perDecade = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]

/** From the shortest to the first that is not below `end`; with `least`, that and what is longer. */
export function timesUpTo(end: number, least: number | undefined): number[] {
  const last = times.find((time) => time >= end) ?? times[times.length - 1]!
  if (least === undefined) return times.filter((time) => time <= last)
  return [least, ...times.filter((time) => time > least && time <= last)]
}

/** From 1 (or `least`) to the first that is not below `most`. */
export function sizesUpTo(most: number, least: number | undefined): number[] {
  const sizes = least === undefined ? [] : [least]
  for (let decade = 1; sizes.length === 0 || sizes[sizes.length - 1]! < most; decade *= 10) {
    for (const step of perDecade) {
      const size = Math.round(step * decade)
      const last = sizes[sizes.length - 1] ?? 0
      if (size > last && last < most) sizes.push(size)
    }
  }
  return sizes
}
