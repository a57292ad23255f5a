import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { WorkersRecordings } from '../workers/workers.ts'
import type { Command } from './command.ts'
import { durationText } from './duration.ts'
import { exitCodes, UnreachableError, UsageError } from './exit-code.ts'
import { counted } from './figures.ts'
import { openStore } from './opened-store.ts'
import { Recorder } from './recorder.ts'
import { headLine } from './recording-file.ts'
import { shortNames } from './stats/stats-table.ts'
import { storeOptions } from './store-options.ts'
import { printable, type Terminal } from './terminal.ts'

const everyMs = 1_000

export const record: Command = {
  name: 'record',
  summary: 'writes down which agents are asked for, and when, for advise to read',
  details:
    'Writes lines ms,key,worker, the key as a hash, from what the advisors of all workers have seen and go on to see, until it is interrupted or --seconds are over. What an advisor has had to forget, or left out of its sample, the comments in the file account for.',
  options: {
    ...storeOptions,
    out: { value: 'FILE', says: 'where to, not over another file; compressed if it ends in .gz (stdout)' },
    seconds: { value: 'N', says: 'for how long (until it is interrupted)' },
    json: { says: 'a summary as JSON on stdout; with --out only' },
  },
  examples: ['record --out monday.csv.gz --namespace support', 'record --seconds 60 > minute.csv'],
  async run(given, terminal) {
    const path = given.text('out')
    if (given.flag('json') && path === undefined)
      throw new UsageError('--json needs --out: the recording itself would go to stdout.')
    const seconds = given.number('seconds', 0) ?? Infinity
    await using opened = await openStore(given, terminal)
    const { workers } = opened.invalidator
    let next = await asked(workers.recordings({ timeoutMs: opened.timeoutMs }), opened.address)
    if (next.recordings.length === 0) return nobodyWatches(next, terminal)
    await using sink = await sinkTo(path, terminal)
    const recorder = new Recorder()
    const status = new Status(terminal)
    const begun = Date.now()
    const quiet = new Set<string>()
    const after: Record<string, number> = Object.create(null)
    await sink.write(headLine())
    for (;;) {
      warnOf(next, quiet, terminal, status)
      for (const { worker, page } of next.recordings) after[worker] = page.next
      await sink.write(recorder.lines(next.recordings))
      status.show(progress(recorder, Date.now() - begun))
      const leftMs = begun + seconds * 1_000 - Date.now()
      if (leftMs <= 0 || terminal.signal.aborted) break
      await pause(Math.min(everyMs, leftMs), terminal.signal)
      next = await workers.recordings({ after, timeoutMs: opened.timeoutMs })
    }
    status.end(`${progress(recorder, Date.now() - begun)}${path === undefined ? '' : `, in ${printable(path)}`}`)
    const { events, requests } = recorder
    if (given.flag('json'))
      terminal.out(
        `${JSON.stringify({ file: path, events, requests, workers: recorder.workers, unwatched: next.unwatched, silent: next.silent })}\n`,
      )
    return exitCodes.fine
  },
}

async function asked(asking: Promise<WorkersRecordings>, address: string): Promise<WorkersRecordings> {
  const answer = await asking
  if (!answer.unreachable) return answer
  throw new UnreachableError(`${address} does not say which workers there are.`)
}

function nobodyWatches({ unwatched, silent }: WorkersRecordings, { err }: Terminal) {
  const advice = 'Give their caches an advisor: createAgentCache({ advisor: createAdvisor() }), from rekindle/advisor.'
  if (unwatched.length > 0)
    err(`There is nothing to record: ${counted(unwatched.length, 'worker')} without an advisor. ${advice}\n`)
  else err(`There is nothing to record: ${silent.length > 0 ? `no worker answers (${silent.length} silent)` : 'no workers'}.\n`)
  return exitCodes.problem
}

/** Each is named once. */
function warnOf(
  { unwatched, silent, unreachable }: WorkersRecordings,
  known: Set<string>,
  { err }: Terminal,
  status: Status,
): void {
  if (unreachable && !known.has('store')) {
    known.add('store')
    status.clear()
    err('The store does not answer. What the workers write down meanwhile follows when it does.\n')
  }
  if (!unreachable) known.delete('store')
  const names = shortNames([...unwatched, ...silent])
  for (const [workers, what] of [
    [unwatched, 'has no advisor'],
    [silent, 'does not answer'],
  ] as const) {
    for (const worker of workers) {
      if (known.has(`${worker} ${what}`)) continue
      known.add(`${worker} ${what}`)
      status.clear()
      err(`${printable(names.get(worker)!)} ${what}.\n`)
    }
  }
}

function progress({ events, requests, workers }: Recorder, ms: number): string {
  return `${counted(events, 'line')} of ${counted(requests, 'request')} to ${counted(workers, 'worker')}, after ${durationText(Math.max(1_000, ms))}`
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    // Interrupted: what there is now is the end of it.
  }
}

interface Sink extends AsyncDisposable {
  write(text: string): Promise<void>
}

async function sinkTo(path: string | undefined, { out }: Terminal): Promise<Sink> {
  if (path === undefined) return { write: async (text) => out(text), [Symbol.asyncDispose]: async () => {} }
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === 'EEXIST' ? `${path} exists already.` : `--out cannot be written: ${error.message}`)
  })
  return {
    // Parts that were compressed one by one can be read as one.
    async write(text) {
      if (text !== '') await file.appendFile(path.endsWith('.gz') ? gzipSync(text) : text)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** One line that is written over, where somebody looks. */
class Status {
  readonly #terminal: Terminal
  #isShown = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(text: string): void {
    if (!this.#terminal.isAttended) return
    this.clear()
    this.#terminal.err(text)
    this.#isShown = true
  }

  clear(): void {
    if (this.#isShown) this.#terminal.err('\r\u001B[K')
    this.#isShown = false
  }

  end(text: string): void {
    this.clear()
    this.#terminal.err(`${text}\n`)
  }
}
