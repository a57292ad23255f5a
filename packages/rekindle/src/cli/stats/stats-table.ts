import { latencyText, numberText } from '../figures.ts'
import { type Cell, type Column, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { Row, Tier } from './reading.ts'

/** The less it tells of how things are now, the sooner it goes where there is no room. */
const columns: readonly Column[] = [
  { head: 'worker' },
  { head: 'req/s', align: 'right' },
  { head: 'memory %', align: 'right' },
  { head: 'in all', align: 'right', dispensable: 3 },
  { head: 'config %', align: 'right' },
  { head: 'in all', align: 'right', dispensable: 5 },
  { head: 'build %', align: 'right' },
  { head: 'in all', align: 'right', dispensable: 4 },
  { head: 'live', align: 'right' },
  { head: 'in use', align: 'right', dispensable: 1 },
  { head: 'waiting', align: 'right', dispensable: 2 },
  { head: 'memory p50/p99', align: 'right', dispensable: 8 },
  { head: 'config p50/p99', align: 'right', dispensable: 6 },
  { head: 'build p50/p99', align: 'right', dispensable: 7 },
  { head: 'store' },
  { head: 'audit', align: 'right', dispensable: 1 },
]

/** A line for each worker, those that are silent below, and the sum of all. */
export function statsTable(
  rows: readonly Row[],
  total: Row,
  silent: readonly string[],
  { width, style }: Pick<Terminal, 'width' | 'style'>,
): string[] {
  if (rows.length === 0 && silent.length === 0) return []
  const named = shortNames([...rows.map(({ worker }) => worker), ...silent])
  const lines = [
    ...rows.map((row) => cells({ ...row, worker: named.get(row.worker)! })),
    ...silent.map((worker): Cell[] => [named.get(worker)!, [['silent', 'warn']]]),
    ...(rows.length > 1 ? [cells(total, 'strong')] : []),
  ]
  return table(columns, lines, width, style)
}

function cells(row: Row, paint?: 'strong'): Cell[] {
  const { recent, overall, latency } = row
  const shares = (tier: Tier): Cell[] => [painted(percent(recent[tier]), paint), [[percent(overall[tier]), 'dim']]]
  return [
    painted(row.worker, paint),
    painted(row.perSecond === undefined ? '–' : numberText(row.perSecond), paint),
    ...shares('memory'),
    ...shares('config'),
    ...shares('build'),
    painted(numberText(row.live), paint),
    numberText(row.inUse),
    row.waiting === 0 ? '0' : [[numberText(row.waiting), 'warn']],
    ...(['memory', 'config', 'build'] as const).map((tier) => pair(latency[tier])),
    storeCell(row),
    row.nines === undefined ? '–' : [[`${row.nines.toFixed(1)} nines`, row.nines < 2 ? 'warn' : 'good']],
  ]
}

function painted(text: string, paint: 'strong' | undefined): Cell {
  return paint === undefined ? text : [[text, paint]]
}

function storeCell({ store, synced }: Row): Cell {
  if (store === 'none') return 'none'
  if (store === 'mixed') return [['some down', 'bad']]
  if (store === 'down') return [['down', 'bad']]
  return synced ? [['synced', 'good']] : [['unsynced', 'bad']]
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : (share * 100).toFixed(1)
}

function pair(latency: { readonly p50: number; readonly p99: number } | undefined): string {
  return latency === undefined ? '–' : `${latencyText(latency.p50)} / ${latencyText(latency.p99)}`
}

/** `host:pid`, as long as that is one worker; else the whole name. */
export function shortNames(workers: readonly string[]): ReadonlyMap<string, string> {
  const short = (worker: string) => /^(.*:\d+):[^:]+:[^:]+$/.exec(worker)?.[1] ?? worker
  const counts = new Map<string, number>()
  for (const worker of workers) counts.set(short(worker), (counts.get(short(worker)) ?? 0) + 1)
  return new Map(workers.map((worker) => [worker, counts.get(short(worker)) === 1 ? short(worker) : worker]))
}
