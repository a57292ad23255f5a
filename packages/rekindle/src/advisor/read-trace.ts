import { shown, TraceError } from '../errors.ts'
import { hashOf } from '../watch/key-hash.ts'
import type { RecordingPage } from '../watch/watcher.ts'
import { wholeThreshold } from './event-ring.ts'

/**
 * A recording of what is in a file: one request each line, `time,key`, in order of time, which is in seconds (or `unit: 'ms'`)
 * since some beginning. The key is any text, and the rest of the line. Empty lines are passed over.
 *
 * Rejects with {@link TraceError} naming the line.
 */
export async function readTrace(
  lines: AsyncIterable<string> | Iterable<string>,
  { unit = 's' }: { readonly unit?: 's' | 'ms' } = {},
): Promise<RecordingPage> {
  const perUnit = unit === 's' ? 1_000 : 1
  const events: number[] = []
  let line = 0
  let last = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    const comma = text.indexOf(',')
    const time = comma < 1 ? NaN : Number(text.slice(0, comma)) * perUnit
    if (!Number.isFinite(time) || time < 0) {
      throw new TraceError(line, `must be "time,key", the time in ${unit} since some beginning; got ${shown(text)}.`)
    }
    if (time < last) throw new TraceError(line, `is earlier than the one before (${text.slice(0, comma)}). Sort them by time.`)
    last = time
    events.push(Math.round(time), hashOf(text.slice(comma + 1).trimEnd()))
  }
  const requests = events.length / 2
  const since = events[0] ?? 0
  const until = events[events.length - 2] ?? 0
  return { since, until, requests, threshold: wholeThreshold, next: requests, more: false, events }
}
