import type { Advice } from '../../advisor/index.ts'
import { wrapped } from '../help.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { chartsOf } from './charts.ts'
import { figuresOf, savingsOf, watchedText } from './figures-of.ts'
import { terminalChart } from './terminal-chart.ts'

const widest = 100
const chartHeight = 9

/** For people: what was watched, how it is and could be, and the first two charts. */
export function adviceText(advice: Advice, workers: number, { width, style }: Pick<Terminal, 'width' | 'style'>): string {
  const columns = Math.min(width, widest)
  const { caution, recommended } = advice
  const rows = figuresOf(advice).map(([name, now, then]) => [name, now, now === then ? then : [[then, 'strong'] as const]])
  const heads = [{ head: '' }, { head: 'now', align: 'right' as const }, { head: 'recommended', align: 'right' as const }]
  const [overTime, overSize] = chartsOf(advice)
  return [
    ...wrapped(`Watched: ${watchedText(advice, workers)}.`, columns),
    ...(caution === undefined ? [] : wrapped(`Caution: ${caution}`, columns).map((line) => style('warn', line))),
    '',
    ...table(heads, rows, columns, style),
    '',
    ...wrapped(savingsOf(advice).join(' '), columns).map((line) => style('good', line)),
    ...wrapped(recommended.why, columns).map((line) => style('dim', line)),
    ...[overTime!, overSize!].flatMap((chart) => ['', ...terminalChart(chart, columns, chartHeight, style)]),
    '',
  ].join('\n')
}
