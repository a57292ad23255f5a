import { figure, type JudgedTarget, type Summary, times } from '../report.ts'
import { type Axis, linearAxis, logarithmicAxis, needsLogarithm, tickText } from './axis.ts'
import { framed, heading, isOurs, lineHeight, margin, width } from './frame.ts'
import { element, line, text, wrapped } from './svg.ts'

type Row = Summary['rows'][number]

/** A target, where it lies on the scale of the figures: a bar ends on the right side of it if the target is met. */
interface Mark {
  readonly of: string
  readonly at: number
  readonly isMost: boolean
  readonly met: boolean
}

const barHeight = 10
const rowGap = 8
const plotWidth = width - 2 * margin
const ratioWidth = 62
/** In pixels, where letters are wide; of names in bold a little more. */
const letter = 8.2

/** The rows of a comparison as bars, the best first: medians, with the range they come from. `selection`: which rows these are. */
export function barChart(summary: Summary, selection?: string): string {
  const { title, unit, baseline, rows, targets } = summary
  const isMoreBetter = unit === 'per second'
  const sorted = [...rows].sort((one, other) => (one.spread.median - other.spread.median) * (isMoreBetter ? -1 : 1))
  const marks = strictest(targets.map((target) => markOf(target, sorted)))
  const axis = axisOf(sorted, marks)
  const shown = marks.filter(({ at }) => at >= axis.least && at <= axis.most)
  const head = heading(title, [
    `${unit}, median and min–max of ${roundsText(rows)}; ${isMoreBetter ? 'more' : 'less'} is better${axis.isLogarithmic ? '; logarithmic scale' : ''}`,
    `×: ratio to ${baseline}${selection === undefined ? '' : `. Shown: ${selection}`}`,
  ])
  const valueWidth = Math.max(...sorted.map(({ spread }) => valueText(spread.median, unit).length * letter))
  const nameWidth = Math.floor((plotWidth - ratioWidth - valueWidth) / (letter + 0.5))
  let y = head.bottom + 2
  const bars = sorted.map((row) => {
    const top = y
    const lines = wrapped(row.name, nameWidth)
    y += lines.length * lineHeight + barHeight + rowGap
    return rowOf(row, lines, top, unit, axis, shown)
  })
  const bottom = y + 2
  const grid = axis.ticks.map((tick) => line(x(axis, tick), head.bottom + 4, x(axis, tick), bottom, 'grid'))
  const ticks = axis.ticks.map((tick) => text(x(axis, tick), bottom + 15, tickText(tick), 'muted', anchorAt(axis.at(tick))))
  const legend = legendOf(shown, bottom + 34)
  const parts = [...head.parts, ...grid, ...bars, ...ticks, ...legend]
  return framed(title, descriptionOf(sorted, unit, baseline), bottom + (legend.length > 0 ? 46 : 26), parts)
}

function rowOf(
  row: Row,
  lines: readonly string[],
  top: number,
  unit: Summary['unit'],
  axis: Axis,
  marks: readonly Mark[],
): string {
  const weight = isOurs(row.name) ? 'strong' : 'plain'
  const barTop = top + lines.length * lineHeight + 2
  const own = marks.filter(({ of }) => of === row.name)
  return [
    ...lines.map((words, index) => text(margin, top + 14 + index * lineHeight, words, weight)),
    text(width - margin - ratioWidth, top + 14, valueText(row.spread.median, unit), weight, 'end'),
    text(width - margin, top + 14, times(row.ratio.median), weight, 'end'),
    element('rect', {
      class: isOurs(row.name) ? 'ours' : 'other',
      x: margin,
      y: barTop,
      width: Math.max(1, x(axis, row.spread.median) - margin),
      height: barHeight,
      rx: 2,
    }),
    whisker(row, barTop + barHeight / 2, axis),
    ...own.map((mark) => marked(mark, x(axis, mark.at), barTop)),
  ].join('\n')
}

/** Open at an end that lies beyond the scale. */
function whisker({ spread: { min, max } }: Row, y: number, axis: Axis): string {
  const [from, to] = [x(axis, min), x(axis, max)]
  const end = max > axis.most ? `M${to - 4} ${y - 4}L${to} ${y}L${to - 4} ${y + 4}` : `M${to} ${y - 3}V${y + 3}`
  return element('path', { class: 'spread', d: rounded(`M${from} ${y - 3}V${y + 3}M${from} ${y}H${to}${end}`) })
}

/** A line at the target, and an arrow to where the bar is to end. */
function marked({ isMost, met }: Mark, x: number, barTop: number): string {
  const [top, bottom] = [barTop - 3, barTop + barHeight + 3]
  const tip = isMost ? x - 6 : x + 6
  const d = rounded(`M${x} ${bottom}V${top}M${x} ${top}L${tip} ${top + 3}L${x} ${top + 6}Z`)
  return element('path', { class: met ? 'met' : 'missed', d })
}

function legendOf(marks: readonly Mark[], y: number): string[] {
  const kinds = [true, false].filter((met) => marks.some((mark) => mark.met === met))
  return kinds.flatMap((met, index) => [
    marked({ of: '', at: 0, isMost: true, met }, margin + 8 + index * 150, y - 9),
    text(margin + 18 + index * 150, y, met ? 'target, met' : 'target, missed', 'muted'),
  ])
}

/** Of the median: where the ratio of medians is not quite the median of ratios, the mark agrees with the verdict. */
function markOf(target: JudgedTarget, rows: readonly Row[]): Mark {
  const { of, to, atMost, atMostMore, atLeast, met, spread } = target
  const own = rows.find(({ name }) => name === of)?.spread.median ?? NaN
  const limit = atMost ?? atLeast ?? NaN
  const at =
    atMostMore !== undefined ? own - spread.median + atMostMore : to === undefined ? limit : (own * limit) / spread.median
  return { of, at, isMost: atLeast === undefined, met }
}

/** One of several on the same side of a bar says it all. */
function strictest(marks: readonly Mark[]): Mark[] {
  return marks.filter(
    (mark) =>
      !marks.some(
        (other) =>
          other.of === mark.of && other.isMost === mark.isMost && (mark.isMost ? other.at < mark.at : other.at > mark.at),
      ),
  )
}

/** Outliers and targets far away do not make the bars short. */
function axisOf(rows: readonly Row[], marks: readonly Mark[]): Axis {
  const medians = rows.map(({ spread }) => spread.median).filter(Number.isFinite)
  const targets = marks.map(({ at }) => at).filter(Number.isFinite)
  if (needsLogarithm(medians)) {
    return logarithmicAxis([...rows.flatMap(({ spread }) => [spread.min, spread.median, spread.max]), ...targets])
  }
  const most = Math.max(0, ...medians)
  const farthest = Math.min(2 * most, Math.max(...rows.map(({ spread }) => spread.max)))
  return linearAxis(Math.max(most, farthest, ...targets.filter((at) => at <= 3 * most)))
}

function x(axis: Axis, value: number): number {
  return margin + axis.at(value) * plotWidth
}

function roundsText([first]: readonly Row[]): string {
  const rounds = first?.values.length ?? 0
  return rounds === 1 ? '1 round' : `${rounds} rounds`
}

function anchorAt(share: number): 'start' | 'middle' | 'end' {
  return share < 0.04 ? 'start' : share > 0.96 ? 'end' : 'middle'
}

function valueText(value: number, unit: Summary['unit']): string {
  return unit === 'per second' ? `${figure(value)}/s` : `${figure(value)} ${unit}`
}

function descriptionOf(rows: readonly Row[], unit: Summary['unit'], baseline: string): string {
  const each = rows.map(({ name, spread, ratio }) => `${name} ${valueText(spread.median, unit)}, ${times(ratio.median)}`)
  return `Medians, with ratios to ${baseline}: ${each.join('; ')}.`
}

function rounded(path: string): string {
  return path.replaceAll(/\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1))))
}
