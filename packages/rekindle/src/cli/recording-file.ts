import type { RecordingPage, RequestMark } from '../watch/watcher.ts'
import { UsageError } from './exit-code.ts'
import { printable } from './terminal.ts'

/**
 * What `record` writes and `advise` reads: a line `ms,key,worker` for each request, keys as hashes and workers counted from 0, which
 * whoever reads `time,key` can read, too. Between them, comments that say what lines alone do not: of which worker, how many
 * requests there were by when, and of which part of all keys.
 */
export const recordingHead = '# rekindle recording 1'

/** What a recording knows of one worker. */
export interface WorkerCount {
  /** Wall clock, ms. */
  readonly at: number
  /** Since its beginning. */
  readonly requests: number
  readonly told: number | undefined
  readonly threshold: number
}

export function headLine(): string {
  return `${recordingHead}: ms,key,worker; keys are hashes\n`
}

export function workerLine(worker: number, name: string, since: number, truncated: boolean): string {
  return `# worker ${worker} ${JSON.stringify(printable(name))} ${since}${truncated ? ' truncated' : ''}\n`
}

export function countLine(worker: number, { at, requests, told, threshold }: WorkerCount): string {
  return `# count ${worker} ${at} ${requests} ${told ?? '-'} ${threshold}\n`
}

export function eventLine(time: number, hash: number, worker: number): string {
  return `${time},${hash.toString(16).padStart(8, '0')},${worker}\n`
}

interface Kept {
  readonly since: number
  readonly truncated: boolean
  readonly events: number[]
  readonly marks: RequestMark[]
  threshold: number
}

/** The pages of all workers. Rejects with {@link UsageError} naming the line that is none. */
export async function readRecording(lines: AsyncIterable<string>): Promise<RecordingPage[]> {
  const workers = new Map<number, Kept>()
  let at = 0
  for await (const line of lines) {
    at++
    if (line === '' || line.startsWith(recordingHead)) continue
    if (!readLine(line, workers)) throw new UsageError(`Line ${at} of the recording is none that rekindle record writes.`)
  }
  return [...workers.values()].map(pageOf)
}

function readLine(line: string, workers: Map<number, Kept>): boolean {
  const event = /^(\d+),([0-9a-f]{8}),(\d+)$/.exec(line)
  if (event !== null) {
    const kept = workers.get(Number(event[3]))
    kept?.events.push(Number(event[1]), Number.parseInt(event[2]!, 16))
    return kept !== undefined
  }
  const begun = /^# worker (\d+) ".*" (\d+)( truncated)?$/.exec(line)
  if (begun !== null) {
    const since = Number(begun[2])
    const marks = [{ at: since, requests: 0, told: 0 }]
    workers.set(Number(begun[1]), { since, truncated: begun[3] !== undefined, events: [], marks, threshold: 2 ** 31 })
    return true
  }
  const count = /^# count (\d+) (\d+) (\d+) (\d+|-) (\d+)$/.exec(line)
  const kept = workers.get(Number(count?.[1]))
  if (count === null || kept === undefined) return false
  const told = count[4] === '-' ? {} : { told: Number(count[4]) }
  kept.marks.push({ at: Number(count[2]), requests: Number(count[3]), ...told })
  kept.threshold = Math.min(kept.threshold, Number(count[5]))
  return true
}

function pageOf({ since, truncated, events, marks, threshold }: Kept): RecordingPage {
  const last = marks.at(-1)!
  // Where it is not known of the last, it is of none.
  const known = last.told === undefined ? marks.map(({ at, requests }) => ({ at, requests })) : marks
  return {
    since,
    until: Math.max(last.at, events.at(-2) ?? since),
    requests: Math.max(last.requests, marks.length === 1 ? events.length / 2 : 0),
    threshold,
    next: events.length / 2,
    more: false,
    events,
    truncated,
    ...(marks.length > 1 && { marks: known }),
  }
}
