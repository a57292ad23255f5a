import type { RecordingPage, RequestMark } from '../watcher.ts'

/** How many requests all pages together had from `at` on, and how many would have been written down of all keys, if they say so. */
export function countsAt(pages: readonly RecordingPage[], at: number): { requests: number; told: number | undefined } {
  let requests = 0
  let told: number | undefined = 0
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
  }
  return { requests: Math.max(0, Math.round(requests)), told }
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
