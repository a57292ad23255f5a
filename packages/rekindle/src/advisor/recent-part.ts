import type { RecordingPage } from '../watch/watcher.ts'

/** What happened longer ago says less of what is to come. */
const recentMs = 1_800_000
/** Where fewer were written down lately, as many as this. */
const wantedEvents = 2_000
const fewestEvents = 200
const shortestMs = 600_000
/** Of a young recording, the part that only fills the caches. */
const warmUpPart = 1 / 3

/** From when on a recording says what is to be expected; `undefined`: it says too little. */
export function recentFrom([page]: readonly RecordingPage[], now: number): number | undefined {
  if (page === undefined || page.until - page.since < shortestMs) return undefined
  const count = page.events.length / 2
  const earliest = page.since + (page.until - page.since) * warmUpPart
  const first = page.events[2 * Math.max(0, count - wantedEvents)] ?? now
  const from = Math.max(earliest, Math.min(now - recentMs, first))
  const recent = page.events.reduce((sum, value, at) => (at % 2 === 0 && value >= from ? sum + 1 : sum), 0)
  return recent < fewestEvents ? undefined : from
}
