import { type Chart, type Scale, scaleOf, ticksOf } from './chart.ts'

export const chartWidth = 720
export const chartHeight = 300

const plot = { left: 52, top: 44, right: 20, bottom: 52 }
const [plotWidth, plotHeight] = [chartWidth - plot.left - plot.right, chartHeight - plot.top - plot.bottom]

/** Both for light and dark; in a page of its own, and inside of another. */
export const chartStyle = `
.chart { --text: #1b1f24; --muted: #667080; --grid: #e3e7ec; --memory: #2764d8; --kept: #12805c; --mark: #b3541e; --paper: #fff; font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) {
  .chart { --text: #e8ebef; --muted: #97a1b0; --grid: #2c333d; --memory: #77a7ff; --kept: #4cc79a; --mark: #f0a06c; --paper: #14181d }
}
.chart text { fill: var(--text) } .chart .muted { fill: var(--muted); font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px } .chart .title { font-weight: 600; font-size: 15px }
.chart .grid { stroke: var(--grid) } .chart .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round }
.chart .series-0 { stroke: var(--memory) } .chart .series-1 { stroke: var(--kept) }
.chart circle { fill: var(--paper); stroke-width: 2 } .chart .mark { stroke: var(--mark); stroke-dasharray: 4 3 } .chart .mark-name { fill: var(--mark); font-size: 12px; font-weight: 600 }
`

/** The inside of an `<svg>` of that size, in a `<g class="chart">`. All texts are escaped. */
export function svgChart(chart: Chart): string {
  const scale = scaleOf(chart)
  const parts = [
    text(plot.left, 24, chart.title, 'title'),
    ...legend(chart),
    ...horizontals(scale),
    ...chart.marks.flatMap((mark, at) => marked(chart, scale.x(mark.x), `${mark.name}: ${chart.xText(mark.x)}`, at)),
    ...ticksOf(chart, scale, (label) => (label.length * 7 + 14) / plotWidth).map(({ at, text: label }) =>
      text(x(at), plot.top + plotHeight + 20, label, 'muted', 'middle'),
    ),
    ...chart.series.map((_, series) => curve(chart, series, scale)).reverse(),
  ]
  return `<g class="chart">\n${parts.join('\n')}\n</g>`
}

export function escaped(label: string): string {
  return label.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function x(share: number): number {
  return round(plot.left + share * plotWidth)
}

function y(share: number): number {
  return round(plot.top + (1 - share) * plotHeight)
}

function text(atX: number, atY: number, label: string, className: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text x="${atX}" y="${atY}" class="${className}" text-anchor="${anchor}">${escaped(label)}</text>`
}

function legend({ series }: Chart): string[] {
  let right = chartWidth - plot.right
  return series.toReversed().flatMap(({ name }, at) => {
    const begin = right - name.length * 7
    right = begin - 44
    const which = series.length - 1 - at
    return [
      `<line x1="${begin - 26}" x2="${begin - 8}" y1="20" y2="20" class="line series-${which}"/>`,
      text(begin, 24, name, 'muted'),
    ]
  })
}

function horizontals({ minY }: Scale): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const percent = (minY + (1 - minY) * share) * 100
    return [
      `<line x1="${plot.left}" x2="${chartWidth - plot.right}" y1="${y(share)}" y2="${y(share)}" class="grid"/>`,
      text(plot.left - 8, y(share) + 4, `${Number(percent.toFixed(1))} %`, 'muted', 'end'),
    ]
  })
}

/** Names stand below the axis, each on a line of its own and on the side where there is room. */
function marked({ marks }: Chart, at: number, label: string, which: number): string[] {
  const isLeft = at > 0.75
  const bottom = plot.top + plotHeight
  const below = bottom + 36 + (marks.length > 1 ? which * 13 - 1 : 0)
  return [
    `<line x1="${x(at)}" x2="${x(at)}" y1="${plot.top}" y2="${below - 10}" class="mark"/>`,
    text(x(at) + (isLeft ? -5 : 5), below, label, 'mark-name', isLeft ? 'end' : 'start'),
  ]
}

function curve({ series, xText }: Chart, which: number, scale: Scale): string {
  const { name, points } = series[which]!
  const places = points.map(([px, py]) => [x(scale.x(px)), y(Math.min(1, Math.max(0, scale.y(py))))] as const)
  const path = places.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px} ${py}`).join('')
  const circles = places.map(([px, py], at) => {
    const [value, share] = points[at]!
    const label = `${name} ${(share * 100).toFixed(1)} % at ${xText(value)}`
    return `<circle cx="${px}" cy="${py}" r="3" class="series-${which}"><title>${escaped(label)}</title></circle>`
  })
  return `<path d="${path}" class="line series-${which}"/>\n${circles.join('\n')}`
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
