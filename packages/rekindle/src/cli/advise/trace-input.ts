import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { readTrace } from '../../advisor/index.ts'
import type { RecordingPage } from '../../watch/watcher.ts'
import { UsageError } from '../exit-code.ts'
import { readRecording, recordingHead } from '../recording-file.ts'

/** What was read: of each worker, or of all together. */
export interface Trace {
  readonly pages: readonly RecordingPage[]
  /** Whether the file says which worker was asked. */
  readonly isByWorker: boolean
}

/** Reads a file, `-` for stdin: what `record` wrote, or lines `time,key`. Rejects with {@link UsageError} or a `TraceError`. */
export async function readInput(path: string, unit: 's' | 'ms' | undefined, stdin: Readable): Promise<Trace> {
  const lines = linesOf(path, stdin)[Symbol.asyncIterator]()
  try {
    const first = await lines.next()
    if (first.done === true) return { pages: [], isByWorker: false }
    const rest = { [Symbol.asyncIterator]: () => lines }
    if (first.value.startsWith(recordingHead))
      return { pages: await readRecording(withFirst(first.value, rest)), isByWorker: true }
    const columns = /^\s*([a-z]+)\s*,/i.exec(first.value)?.[1]?.toLowerCase()
    const isHead = columns !== undefined && /^(s|sec|second|seconds|ms|millisecond|milliseconds|time|timestamp)$/.test(columns)
    const named = isHead && columns.startsWith('m') ? 'ms' : 's'
    // The heading counts as a line where errors name one.
    const trace = await readTrace(withFirst(isHead ? '' : first.value, rest), { unit: unit ?? named })
    return { pages: trace.requests === 0 ? [] : [trace], isByWorker: false }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UsageError(`There is no file ${path}.`)
    if (code === 'EACCES' || code === 'EISDIR') throw new UsageError(`${path} cannot be read: ${message}`)
    if (code?.startsWith('Z_') === true) throw new UsageError(`${path} is not compressed as its name says: ${message}`)
    throw error
  }
}

async function* linesOf(path: string, stdin: Readable): AsyncIterable<string> {
  const source = path === '-' ? stdin : createReadStream(path)
  const text = path.endsWith('.gz') ? source.pipe(createGunzip()) : source
  // Neither a pipe nor the reader of lines passes on that something failed.
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  for (const stream of new Set([source, text])) stream.once('error', failed.reject)
  const lines = createInterface({ input: text, crlfDelay: Infinity })[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([lines.next(), failed.promise])
      if (next.done === true) return
      yield next.value
    }
  } finally {
    // Whoever writes to it may go on for ever.
    source.destroy()
  }
}

async function* withFirst(first: string, rest: AsyncIterable<string>): AsyncIterable<string> {
  yield first
  yield* rest
}
