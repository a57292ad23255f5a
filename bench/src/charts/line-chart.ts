import type { Curve } from '../benchmark.ts'
import { figure } from '../report.ts'
import { type Spread, spreadOf } from '../statistics.ts'
import { type Axis, linearAxis, logarithmicAxis, needsLogarithm, tickText } from './axis.ts'
import { framed, heading, isOurs, lineHeight, margin, width } from './frame.ts'
import { element, line, text, wrapped } from './svg.ts'

interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly spread: Spread }[]
  /** Lines of Rekindle are thicker, and have colours of their own. */
  readonly style: Readonly<Record<string, string>>
}

interface Plot {
  readonly top: number
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

const plotHeight = 250
const colours = { own: 5, peer: 6 }
/** As many as share no factor with the colours repeat no pair soon. */
const dashes = ['none', '7 4', '2 4', '9 3 2 3']

/** How figures grow: medians at each point, with the range they come from. */
export function lineChart(title: string, curve: Curve): string {
  const lines = linesOf(curve)
  const spreads = lines.flatMap(({ points }) => points.map(({ spread }) => spread))
  const axis = axisOf(spreads)
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((one, other) => one - other)
  const scales = axis.isLogarithmic ? 'both scales are logarithmic' : 'the horizontal scale is logarithmic'
  const head = heading(title, [`${curve.unit}, median and min–max; ${scales}`])
  const left = margin + Math.max(...axis.ticks.map((tick) => tickText(tick).length)) * 7.5 + 8
  const plot = plotOf(axis, xs, left, head.bottom + 6)
  const bottom = plot.top + plotHeight
  const legend = legendOf(lines, bottom + 56)
  const parts = [
    ...head.parts,
    ...axis.ticks.flatMap((tick) => [
      line(left, plot.y(tick), width - margin, plot.y(tick), 'grid'),
      text(left - 8, plot.y(tick) + 4, tickText(tick), 'muted', 'end'),
    ]),
    ...tickTexts(xs, plot.x).map(({ at, words }) => text(at, bottom + 18, words, 'muted', 'middle')),
    text((left + width - margin) / 2, bottom + 36, curve.of, 'muted', 'middle'),
    // Rekindle's last, so that they lie on top.
    ...lines.toSorted((one, other) => Number(isOurs(one.name)) - Number(isOurs(other.name))).map((each) => drawn(each, plot)),
    ...legend.parts,
  ]
  return framed(title, descriptionOf(lines, curve), legend.bottom, parts)
}

/** Points that were measured, and lines that have any. */
function linesOf(curve: Curve): Line[] {
  const counts = { own: 0, peer: 0 }
  return curve.lines.flatMap(({ name, points }) => {
    const measured = points.flatMap(({ x, values }) => {
      const found = values.filter(Number.isFinite)
      return found.length === 0 || x <= 0 ? [] : [{ x, spread: spreadOf(found) }]
    })
    if (measured.length === 0) return []
    const kind = isOurs(name) ? 'own' : 'peer'
    const index = counts[kind]++
    const colour = `var(--${kind}-${index % colours[kind]})`
    const style = {
      stroke: colour,
      'stroke-width': kind === 'own' ? '2.75' : '1.75',
      'stroke-dasharray': dashes[index % dashes.length]!,
    }
    return [{ name, points: measured, style }]
  })
}

function axisOf(spreads: readonly Spread[]): Axis {
  const medians = spreads.map(({ median }) => median)
  if (needsLogarithm(medians)) return logarithmicAxis(spreads.flatMap(({ min, max }) => [min, max]))
  const most = Math.max(0, ...medians)
  return linearAxis(Math.min(1.5 * most, Math.max(most, ...spreads.map(({ max }) => max))))
}

function plotOf(axis: Axis, xs: readonly number[], left: number, top: number): Plot {
  const [least, most] = [xs[0] ?? 1, xs.at(-1) ?? 1]
  const [from, to] = [left + 14, width - margin - 22]
  const span = Math.log(most / least)
  return {
    top,
    x: (value) => (span === 0 ? (from + to) / 2 : from + (Math.log(value / least) / span) * (to - from)),
    y: (value) => top + (1 - axis.at(value)) * plotHeight,
  }
}

function drawn({ points, style }: Line, { x, y }: Plot): string {
  const path = points.map(
    (point, index) => `${index === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)} ${y(point.spread.median).toFixed(1)}`,
  )
  const { stroke = '' } = style
  return [
    element('path', { d: path.join(''), fill: 'none', 'stroke-linejoin': 'round', ...style }),
    ...points.flatMap((point) => {
      const at = x(point.x)
      const range = element('line', {
        x1: at,
        x2: at,
        y1: y(point.spread.min),
        y2: y(point.spread.max),
        stroke,
        'stroke-opacity': '0.55',
      })
      return [range, element('circle', { cx: at, cy: y(point.spread.median), r: 3.2, fill: stroke })]
    }),
  ].join('\n')
}

/** Those for which there is room. */
function tickTexts(xs: readonly number[], place: (x: number) => number): { readonly at: number; readonly words: string }[] {
  let free = 0
  return xs.flatMap((x) => {
    const words = tickText(x)
    const [at, half] = [place(x), (words.length * 7.5) / 2]
    if (at - half < free) return []
    free = at + half + 6
    return [{ at, words }]
  })
}

/** In two columns where names are short enough for it. */
function legendOf(lines: readonly Line[], top: number): { readonly parts: readonly string[]; readonly bottom: number } {
  const isNarrow = lines.length > 2 && lines.every(({ name }) => name.length <= 28)
  const perColumn = isNarrow ? Math.ceil(lines.length / 2) : lines.length
  const bottoms = [top, top]
  const parts = lines.map(({ name, style }, index) => {
    const column = index < perColumn ? 0 : 1
    const x = margin + (column * (width - 2 * margin)) / 2
    const y = bottoms[column]!
    const names = wrapped(name, 60)
    bottoms[column] = y + names.length * lineHeight
    const sample = element('line', { x1: x, x2: x + 30, y1: y + 5, y2: y + 5, ...style })
    const weight = isOurs(name) ? 'strong' : 'plain'
    return [sample, ...names.map((words, row) => text(x + 38, y + 10 + row * lineHeight, words, weight))].join('\n')
  })
  return { parts, bottom: Math.max(...bottoms) + 8 }
}

function descriptionOf(lines: readonly Line[], { of, unit }: Curve): string {
  const each = lines.map(
    ({ name, points }) => `${name}: ${points.map(({ x, spread }) => `${figure(spread.median)} at ${tickText(x)}`).join(', ')}`,
  )
  return `Medians in ${unit}, by ${of}. ${each.join('; ')}.`
}
