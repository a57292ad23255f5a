import { type RecordingPage, type RequestMark, visitBlocksMs } from '../watch/watcher.ts'

export interface Counts {
  readonly requests: number
  /** How many would have been written down of all keys; `undefined`: that is not known. */
  readonly told: number | undefined
  /** For each of `visitBlocksMs`. */
  readonly visits: readonly number[] | undefined
}

/** What all pages together had from `at` on. */
export function countsAt(pages: readonly RecordingPage[], at: number): Counts {
  let requests = 0
  let told: number | undefined = 0
  let visits: number[] | undefined = visitBlocksMs.map(() => 0)
  for (const page of pages) {
    const { since, until } = page
    const marks = page.marks ?? [
      { at: since, requests: 0 },
      { at: until, requests: page.requests },
    ]
    const last = marks[marks.length - 1]
    requests += page.requests - between(marks, at, (mark) => mark.requests)
    if (told === undefined || last?.told === undefined) told = undefined
    else told += last.told - between(marks, at, (mark) => mark.told ?? 0)
    const own = last?.visits
    if (own === undefined || own.length !== visitBlocksMs.length) visits = undefined
    else visits = visits?.map((sum, of) => sum + own[of]! - between(marks, at, (mark) => mark.visits?.[of] ?? 0))
  }
  return { requests: Math.max(0, Math.round(requests)), told, visits }
}

/** The count at a time between two marks, as if it had grown evenly. */
function between(marks: readonly RequestMark[], at: number, count: (mark: RequestMark) => number): number {
  let before: RequestMark | undefined
  for (const mark of marks) {
    if (mark.at >= at) {
      if (before === undefined || mark.at === before.at) return before === undefined ? 0 : count(before)
      return count(before) + ((count(mark) - count(before)) * (at - before.at)) / (mark.at - before.at)
    }
    before = mark
  }
  return before === undefined ? 0 : count(before)
}
