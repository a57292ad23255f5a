import { writeFileSync } from 'node:fs'
import { type Advice, adviseOn, type Facts, type Recordings } from '../../advisor/index.ts'
import { TraceError } from '../../errors.ts'
import type { Command } from '../command.ts'
import { type ExitCode, exitCodes, UsageError } from '../exit-code.ts'
import { counted } from '../figures.ts'
import type { Given } from '../given.ts'
import { openStore } from '../opened-store.ts'
import { storeOptions } from '../store-options.ts'
import { printable, type Terminal } from '../terminal.ts'
import { adviceText } from './advice-text.ts'
import { htmlFile, svgFile } from './chart-files.ts'
import { askFleet } from './fleet-input.ts'
import { progressBar } from './progress-bar.ts'
import { readInput } from './trace-input.ts'

const ofFiles = ['ttl', 'live-ttl', 'idle', 'max-agents', 'workers', 'build-time', 'config-time', 'unit', 'no-store']

export const advise: Command = {
  name: 'advise',
  takes: '[TRACE.csv]',
  summary: 'says which times to live and sizes would be better, and what they would save',
  details:
    "Replays what was asked for with other settings. Without a file: what the advisors of all workers have written down. With one: what record wrote, or lines time,key in order of time ('-': stdin; a name that ends in .gz: compressed), and the settings in force as options.",
  options: {
    ...storeOptions,
    target: { value: 'SHARE', says: 'of requests that need no full build (0.99)' },
    'memory-target': { value: 'SHARE', says: 'of requests that memory answers (0.9)' },
    jitter: { value: 'SHARE', says: 'as ttlJitter of the caches (0.1)' },
    ttl: { value: 'TIME', says: 'with a file: configTtlMs (1h)' },
    'live-ttl': { value: 'TIME', says: 'with a file: live.ttlMs (as --ttl)' },
    idle: { value: 'TIME', says: 'with a file: live.idleMs (15m)' },
    'max-agents': { value: 'N', says: 'with a file: live.maxAgents (1000)' },
    workers: { value: 'N', says: 'with a file: over how many workers the requests are spread (1, or as recorded)' },
    'no-store': { says: 'with a file: there is no config tier' },
    'build-time': { value: 'TIME', says: 'with a file: what a request waits for a full build' },
    'config-time': { value: 'TIME', says: 'with a file: what a request waits for a config hit' },
    unit: { value: 's|ms', says: 'with a file: of its times (s)' },
    svg: { value: 'FILE', says: 'write the charts there' },
    html: { value: 'FILE', says: 'write a page there, which needs nothing else' },
  },
  examples: ['advise --redis redis://localhost:6379 --namespace support', 'advise monday.csv.gz --ttl 30m --html advice.html'],
  async run(given, terminal) {
    if (given.positionals.length > 1) throw new UsageError('One file at a time.')
    const [path] = given.positionals
    const targets = targetsOf(given)
    const input = await (path === undefined ? fromFleet(given, terminal) : fromFile(path, given))
    if (input === undefined || input.recordings.live.every(({ events }) => events.length === 0)) return nothing(path, terminal)
    const bar = progressBar(terminal)
    const advice = await adviseOn(input.recordings, input.facts, targets, (done, of) => {
      if (terminal.signal.aborted) throw terminal.signal.reason
      bar.show(done, of)
    }).finally(() => bar.end())
    await writeCharts(given, advice, input.facts.workers)
    if (given.flag('json')) terminal.out(`${JSON.stringify({ ...advice, facts: input.facts })}\n`)
    else terminal.out(adviceText(advice, input.facts.workers, terminal))
    return exitCodes.fine
  },
}

interface Input {
  readonly recordings: Recordings
  readonly facts: Facts
}

function targetsOf(given: Given): { target?: number; memoryTarget?: number } {
  const [target, memoryTarget] = [given.number('target', 0, 1), given.number('memory-target', 0, 1)]
  return { ...(target !== undefined && { target }), ...(memoryTarget !== undefined && { memoryTarget }) }
}

async function fromFleet(given: Given, terminal: Terminal): Promise<Input | undefined> {
  const misplaced = ofFiles.find((option) => given.text(option) !== undefined || given.flag(option))
  if (misplaced !== undefined)
    throw new UsageError(`--${misplaced} goes with a file: the workers say themselves how they are set.`)
  await using opened = await openStore(given, terminal)
  const { recordings, facts, unwatched, silent } = await askFleet(opened, given.number('jitter', 0, 1))
  if (unwatched.length > 0)
    terminal.err(`${counted(unwatched.length, 'worker')} without an advisor: ${unwatched.map(printable).join(', ')}.\n`)
  if (silent.length > 0) terminal.err(`${counted(silent.length, 'worker')} silent: ${silent.map(printable).join(', ')}.\n`)
  return recordings.live.length === 0 ? undefined : { recordings, facts }
}

async function fromFile(path: string, given: Given): Promise<Input> {
  const unit = given.text('unit')
  if (unit !== undefined && unit !== 's' && unit !== 'ms') throw new UsageError(`--unit is s or ms; got '${unit}'.`)
  const configTtlMs = given.duration('ttl') ?? 3_600_000
  const settings = {
    configTtlMs,
    liveTtlMs: given.duration('live-ttl') ?? configTtlMs,
    idleMs: given.duration('idle') ?? 900_000,
    maxAgents: given.count('max-agents', 0) ?? 1_000,
  }
  const workers = given.count('workers', 1)
  const { pages, isByWorker } = await readInput(path, unit, process.stdin).catch((error: unknown) => {
    throw TraceError.isInstance(error) ? new UsageError(error.message) : error
  })
  return {
    recordings: { live: pages, config: 'live' },
    facts: {
      settings,
      stored: !given.flag('no-store'),
      sharesConfigs: false,
      ttlJitter: given.number('jitter', 0, 1) ?? 0.1,
      workers: workers ?? (isByWorker ? Math.max(1, pages.length) : 1),
      cost: { configMs: given.duration('config-time') ?? 0, buildMs: given.duration('build-time') ?? 0 },
      bytes: undefined,
    },
  }
}

function nothing(path: string | undefined, { err }: Terminal): ExitCode {
  if (path !== undefined) err('There are no requests in it.\n')
  else err('No worker has written anything down. Give their caches an advisor: createAgentCache({ advisor: createAdvisor() }).\n')
  return exitCodes.problem
}

async function writeCharts(given: Given, advice: Advice, workers: number): Promise<void> {
  const files = [
    ['svg', () => svgFile(advice)],
    ['html', () => htmlFile(advice, workers)],
  ] as const
  for (const [option, content] of files) {
    const path = given.text(option)
    if (path === undefined) continue
    const text = content()
    try {
      writeFileSync(path, text)
    } catch (error) {
      throw new UsageError(`--${option} cannot be written: ${(error as Error).message}`)
    }
  }
}
