import type { Paint, Style } from '../terminal.ts'
import { type Chart, type Scale, scaleOf, ticksOf, valueAt } from './chart.ts'

/** The eight dots of a Braille character, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

const paints: readonly Paint[] = ['accent', 'good']
const widest = 90
const labelWidth = 6

interface Cell {
  bits: number
  series: number
}

/** Lines of text: the curves, below them the axis, and where the marks are. Where two curves meet, the first is on top. */
export function terminalChart(chart: Chart, width: number, height: number, style: Style): string[] {
  const names = chart.series.map(({ name }) => name)
  const columns = Math.max(20, Math.min(widest, width) - labelWidth - 1)
  const scale = scaleOf(chart)
  const cells = Array.from({ length: height }, () => Array.from({ length: columns }, (): Cell => ({ bits: 0, series: -1 })))
  for (let series = chart.series.length - 1; series >= 0; series--) draw(chart, series, scale, cells)
  const at = (x: number) => Math.round(scale.x(x) * (columns - 1))
  const marked = new Map(chart.marks.map(({ x, name }) => [at(x), name] as const).reverse())
  const rows = cells.map((row, line) => {
    const share = 1 - ((1 - scale.minY) * line) / (height - 1)
    const isLabelled = line === 0 || line === height - 1 || line === Math.floor((height - 1) / 2)
    const label = isLabelled ? `${(share * 100).toFixed((share * 1000) % 10 < 0.5 ? 0 : 1)} %` : ''
    return `${style('dim', label.padStart(labelWidth))} ${row.map((cell, column) => drawn(cell, marked.has(column), style)).join('')}`
  })
  const legend = names.map((name, series) => `${style(paints[series % paints.length]!, '⣀⡠⠔⠉')} ${name}`).join('   ')
  return [
    `${style('strong', chart.title)}   ${legend}`,
    ...rows,
    `${' '.repeat(labelWidth + 1)}${style('dim', axis(chart, scale, columns))}`,
    ...markLines(chart, at, columns).map((line) => ' '.repeat(labelWidth + 1) + line),
  ]
}

function draw({ series }: Chart, which: number, scale: Scale, cells: Cell[][]): void {
  const { points } = series[which]!
  const [columns, rows] = [cells[0]!.length * 2, cells.length * 4]
  let before: number | undefined
  for (let column = 0; column < columns; column++) {
    const x = scale.minX * (scale.maxX / scale.minX) ** (column / (columns - 1))
    const value = valueAt(points, Math.min(x, points.at(-1)?.[0] === scale.maxX ? scale.maxX : x))
    if (value === undefined) continue
    const row = Math.round((1 - Math.min(1, Math.max(0, scale.y(value)))) * (rows - 1))
    const [from, to] = before === undefined || before === row ? [row, row] : row > before ? [before + 1, row] : [row, before - 1]
    for (let each = from; each <= to; each++) {
      const cell = cells[each >> 2]![column >> 1]!
      cell.bits |= dots[(each & 3) as 0 | 1 | 2 | 3][(column & 1) as 0 | 1]
      cell.series = which
    }
    before = row
  }
}

function drawn({ bits, series }: Cell, isMarked: boolean, style: Style): string {
  if (bits > 0) return style(paints[series % paints.length]!, String.fromCodePoint(0x2800 + bits))
  return isMarked ? style('dim', '┆') : ' '
}

function axis(chart: Chart, scale: Scale, columns: number): string {
  const line = Array.from({ length: columns }, () => ' ')
  for (const { at, text } of ticksOf(chart, scale, (text) => (text.length + 2) / columns)) {
    const begin = Math.max(0, Math.min(columns - text.length, Math.round(at * (columns - 1) - (text.length - 1) / 2)))
    line.splice(begin, text.length, ...text.split(''))
  }
  return line.join('').trimEnd()
}

/** An arrow under each mark, with its name to the side where there is room. */
function markLines({ marks, xText }: Chart, at: (x: number) => number, columns: number): string[] {
  return marks.map(({ x, name }) => {
    const [column, text] = [at(x), `${name} ${xText(x)}`]
    const isLeft = column + text.length + 2 > columns
    return isLeft ? `${text} ▲`.padStart(column + 1) : `${' '.repeat(column)}▲ ${text}`
  })
}
