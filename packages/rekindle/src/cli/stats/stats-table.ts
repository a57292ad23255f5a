import { latencyText, numberText } from '../figures.ts'
import { type Cell, type Column, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type Row, type Tier, tiers } from './reading.ts'

/** The less it tells of how things are now, the sooner it goes where there is no room. */
const columns: readonly Column[] = [
  { head: 'worker' },
  { head: 'req/s', align: 'right' },
  { head: 'memory %', align: 'right' },
  { head: 'in all', align: 'right', dispensable: 6 },
  { head: 'config %', align: 'right', dispensable: 2 },
  { head: 'in all', align: 'right', dispensable: 8 },
  { head: 'build %', align: 'right', dispensable: 1 },
  { head: 'in all', align: 'right', dispensable: 7 },
  { head: 'live', align: 'right' },
  { head: 'in use', align: 'right', dispensable: 4 },
  { head: 'waiting', align: 'right', dispensable: 5 },
  { head: 'memory p50/p99', align: 'right', dispensable: 11 },
  { head: 'config p50/p99', align: 'right', dispensable: 9 },
  { head: 'build p50/p99', align: 'right', dispensable: 10 },
  { head: 'store' },
  { head: 'audit', align: 'right', dispensable: 3 },
]

/** A line for each worker, those that are silent below, and the sum of all. Where there is not room for all, of the busiest. */
export function statsTable(
  all: readonly Row[],
  total: Row,
  silent: readonly string[],
  { width, height, style }: Pick<Terminal, 'width' | 'height' | 'style'>,
): string[] {
  if (all.length === 0 && silent.length === 0) return []
  // The headline, the heads, the sum, how many are left out, and the line below.
  const room = Math.max(1, height - silent.length - 5)
  const busiest = all.toSorted((one, other) => (other.perSecond ?? 0) - (one.perSecond ?? 0)).slice(0, room)
  const rows = all.length <= room ? all : all.filter((row) => busiest.includes(row))
  const named = shortNames([...rows.map(({ worker }) => worker), ...silent])
  const lines = [
    ...rows.map((row) => cells({ ...row, worker: named.get(row.worker)! })),
    ...silent.map((worker): Cell[] => [named.get(worker)!, [['silent', 'warn']]]),
    ...(all.length > 1 ? [cells(total, 'strong')] : []),
  ]
  const left = all.length - rows.length
  return [...table(columns, lines, width, style), ...(left === 0 ? [] : [`and ${left} more, less busy`])]
}

function cells(row: Row, paint?: 'strong'): Cell[] {
  const { recent, overall, latency } = row
  const shares = (tier: Tier): Cell[] => [painted(percent(recent[tier]), paint), [[percent(overall[tier]), 'dim']]]
  return [
    painted(row.worker, paint),
    painted(row.perSecond === undefined ? '–' : numberText(row.perSecond), paint),
    ...tiers.flatMap(shares),
    painted(numberText(row.live), paint),
    numberText(row.inUse),
    row.waiting === 0 ? '0' : [[numberText(row.waiting), 'warn']],
    ...tiers.map((tier) => pair(latency[tier])),
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
