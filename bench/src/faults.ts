import type { Benchmark, Grid, Verdict } from './benchmark.ts'
import { type FaultCacheName, faultCaches } from './fault-caches.ts'
import { type CellRun, requestCount, returnWithinMs, runCell } from './fault-cell.ts'
import { type Fault, faults } from './fault-kinds.ts'
import { allRight, cellFigures, cellText } from './fault-words.ts'

/** At once. They wait most of the time. */
const cellsAtOnce = 5
const maxAttempts = 3
const contestants = Object.keys(faultCaches) as readonly FaultCacheName[]

/** One contestant under one fault, several times. */
interface Cell {
  readonly cache: FaultCacheName
  readonly fault: Fault
  readonly runs: CellRun[]
}

/** What becomes of requests, and of the process, when the store fails. */
export const faultBenchmark: Benchmark = {
  needsRedis: false,
  async prepare({ scale }) {
    const runs = Math.ceil(scale.rounds / 5)
    return { comparisons: [], grids: [() => draw(runs)], end: async () => {} }
  },
}

async function draw(runs: number): Promise<Grid> {
  const cells = faults.flatMap((fault) => contestants.map((cache): Cell => ({ cache, fault, runs: [] })))
  await runAll(Array.from({ length: runs }, () => cells).flat())
  const textOf = (fault: Fault, cache: FaultCacheName) =>
    cellText(cells.find((cell) => cell.fault === fault && cell.cache === cache)!.runs)
  return {
    title: `Faults of the store (${runs} runs)`,
    table: [['', ...contestants], ...faults.map((fault) => [fault.name, ...contestants.map((cache) => textOf(fault, cache))])],
    targets: [judged(cells.filter(({ cache }) => cache === 'rekindle'))],
    notes: legend,
    figures: cells.map(({ cache, fault, runs: ownRuns }) => ({
      fault: fault.name,
      cache,
      text: cellText(ownRuns),
      runs: ownRuns.map(cellFigures),
    })),
  }
}

function judged(cells: readonly Cell[]): Verdict {
  const failed = cells.filter(({ runs }) => !allRight(runs)).map(({ fault }) => fault.name)
  const text = `rekindle: all right, and no process ended, under ${cells.length - failed.length} of ${cells.length} faults`
  return { met: failed.length === 0, text: failed.length === 0 ? text : `${text}; not under ${failed.join(', ')}` }
}

async function runAll(cells: readonly Cell[]): Promise<void> {
  const waiting = cells.values()
  const slot = async () => {
    // All slots take from the same iterator.
    for (const cell of waiting) cell.runs.push(await run(cell))
  }
  await Promise.all(Array.from({ length: cellsAtOnce }, slot))
}

async function run(cell: Cell, attempt = 1): Promise<CellRun> {
  const { cache, fault } = cell
  try {
    return await runCell(cache, fault)
  } catch (error) {
    // Of the benchmark, not of the contestant: a port that somebody else has taken, say.
    if (attempt === maxAttempts) throw error
    console.warn(`${cache}, ${fault.name}: ${String(error)}; that cell is run anew.`)
    return run(cell, attempt + 1)
  }
}

const legend = [
  `Each cell in a process and with a Redis of its own. ${requestCount} requests, one every 100 ms, whether those before have an answer or`,
  'not, each for a key that memory has not; a load takes 5 ms. "258 ms, then 6 ms (≤ 261 ms)": the first request, the median of',
  'the others, and the slowest of them if it is much slower. "> 5 s": given up. Timings are medians of the runs.',
  'From "wrong type" to "another shape", and for half-open and off by one, the keys are those that another process has stored;',
  'else nobody has. Off by one: on each connection one reply is lost while 8 requests are on their way at once.',
  '"all right": every value is that of its key. "another key’s", "undefined", "malformed": answers, but wrong ones.',
  '"back": until a process found in Redis again what another one had stored, from the moment the store was put right (half-open,',
  `off by one: from the fault, since nobody puts it right). 0.1 s is the finest that is seen. "not back": not within ${returnWithinMs / 1000} s.`,
  '"mended": when another process asked later for the entries that were damaged, it found all of them right in Redis. "not',
  'mended": it had to load them once more. "stays wrong": it got the wrong value, too.',
  'What is damaged is every string the contestant keeps in Redis, its bookkeeping included (only Rekindle has some).',
  'Peers have 250 ms per command (Rekindle’s default), fail fast when offline, and all that their documentation advises: see',
  'fault-caches.ts. Rekindle has its default options.',
]
