import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { WorkersStats } from '../../workers/workers.ts'
import type { Command } from '../command.ts'
import { exitCodes, UnreachableError, UsageError } from '../exit-code.ts'
import { counted } from '../figures.ts'
import { type OpenedStore, openStore } from '../opened-store.ts'
import { storeOptions } from '../store-options.ts'
import { printable, type Terminal } from '../terminal.ts'
import { type Reading, rowsOf } from './reading.ts'
import { statsTable } from './stats-table.ts'

const shortestMs = 200

export const stats: Command = {
  name: 'stats',
  summary: 'shows what all workers serve, live',
  details:
    'A line for each worker: requests a second, which part each tier serves (in the last interval, and since the worker started), agents in memory, latency, the store as the worker sees it, and how consistent the audit finds it. Narrow terminals get fewer columns.',
  options: {
    ...storeOptions,
    once: { says: 'show it once, since the workers started, and end' },
    interval: { value: 'TIME', says: 'between two looks (2s)' },
  },
  examples: ['stats --redis redis://localhost:6379 --namespace support', 'stats --once --json'],
  async run(given, terminal) {
    const intervalMs = given.duration('interval', 's') ?? 2_000
    if (intervalMs < shortestMs) throw new UsageError(`--interval takes at least ${shortestMs}ms: each look asks all workers.`)
    await using opened = await openStore(given, terminal)
    const isJson = given.flag('json')
    const screen = new Screen(terminal)
    let before: Reading | undefined
    const interrupted = aborted(terminal.signal)
    for (;;) {
      const asked = await Promise.race([ask(opened), interrupted])
      if (asked === undefined) return exitCodes.interrupted
      if (asked.unreachable && before === undefined)
        throw new UnreachableError(`${opened.address} does not say which workers there are.`)
      const reading: Reading = { at: Date.now(), workers: asked.workers.map((worker) => worker.stats) }
      const { rows, total } = rowsOf(reading, before)
      const about = { at: reading.at, namespace: opened.namespace, silent: asked.silent, unreachable: asked.unreachable }
      if (isJson) terminal.out(`${JSON.stringify({ ...about, workers: rows, total })}\n`)
      else screen.show([headline(opened, asked).slice(0, terminal.width), ...statsTable(rows, total, asked.silent, terminal)])
      if (given.flag('once')) return exitCodes.fine
      if (!asked.unreachable) before = reading
      try {
        await delay(intervalMs, undefined, { signal: terminal.signal })
      } catch {
        return exitCodes.interrupted
      }
    }
  },
}

async function ask({ invalidator, timeoutMs, isKnown }: OpenedStore): Promise<WorkersStats> {
  if (!isKnown) return { workers: [], silent: [], unreachable: false }
  return invalidator.workers.stats({ timeoutMs })
}

function headline({ namespace, address, isKnown }: OpenedStore, { workers, silent, unreachable }: WorkersStats): string {
  const quiet = silent.length === 0 ? '' : `, ${silent.length} silent`
  const state = unreachable ? 'store unreachable' : counted(workers.length, 'worker') + quiet
  const unknown = isKnown ? '' : ' (no worker has ever used this namespace here)'
  return `${printable(namespace)} at ${printable(address)}: ${state}${unknown}`
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** In a terminal each picture takes the place of the one before. */
class Screen {
  readonly #terminal: Terminal
  #shown = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(lines: readonly string[]): void {
    const { isWatched, out } = this.#terminal
    const up = isWatched && this.#shown > 0 ? `\u001B[${this.#shown}A\u001B[J` : ''
    out(`${up}${lines.join('\n')}\n${isWatched ? '' : '\n'}`)
    this.#shown = lines.length
  }
}
