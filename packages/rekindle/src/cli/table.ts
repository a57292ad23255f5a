import { type Paint, printable, type Style } from './terminal.ts'

/** A text, or several with paints of their own. */
export type Cell = string | readonly (readonly [text: string, paint?: Paint])[]

export interface Column {
  readonly head: string
  readonly align?: 'right'
  /** Where there is not room for all, those with the highest go first; 0 stays. Default 0. */
  readonly dispensable?: number
}

const gap = '  '

/**
 * Lines of a table, with the columns for which there is room. What stays and is still too wide is cut, the first column first.
 * Texts are made {@link printable}.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number, style: Style): string[] {
  const widthOf = (at: number) => Math.max(lengthOf(columns[at]!.head), ...rows.map((row) => lengthOf(textOf(row[at] ?? ''))))
  let shown = columns.map((_, at) => at)
  const widths = columns.map((_, at) => widthOf(at))
  const total = () => shown.reduce((sum, at) => sum + widths[at]!, 0) + gap.length * (shown.length - 1)
  while (total() > width) {
    const least = shown.reduce((worst, at) => (rankOf(columns[at]!) > rankOf(columns[worst]!) ? at : worst), shown[0]!)
    if (rankOf(columns[least]!) === 0) break
    shown = shown.filter((at) => at !== least)
  }
  if (total() > width) widths[shown[0]!] = Math.max(8, widths[shown[0]!]! - (total() - width))
  const line = (cells: readonly Cell[]) =>
    shown
      .map((at, place) => {
        const isLast = place === shown.length - 1
        return padded(cells[at] ?? '', widths[at]!, columns[at]!.align === 'right', isLast, style)
      })
      .join(gap)
      .trimEnd()
  return [line(columns.map(({ head }) => [[head, 'dim']] as const)), ...rows.map(line)]
}

function rankOf({ dispensable = 0 }: Column): number {
  return dispensable
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.map(([text]) => text).join(''))
}

function padded(cell: Cell, width: number, right: boolean, isLast: boolean, style: Style): string {
  const text = textOf(cell)
  const length = lengthOf(text)
  if (length > width)
    return `${Array.from(text)
      .slice(0, width - 1)
      .join('')}…`
  const space = ' '.repeat(width - length)
  const painted =
    typeof cell === 'string'
      ? text
      : cell.map(([part, paint]) => (paint === undefined ? printable(part) : style(paint, printable(part)))).join('')
  return right ? space + painted : isLast ? painted : painted + space
}

/** In columns, as far as one can tell without tables of widths: one for each code point. */
function lengthOf(text: string): number {
  return Array.from(text).length
}
