import type uPlot from 'uplot'
import type { Colour, Line } from './chart-options.ts'

/** A value of the x axis that is to be found at a glance. */
export interface Mark {
  readonly x: number
  readonly label: string
  readonly dashed: boolean
  /** What was measured there, by line. */
  readonly points?: readonly (number | undefined)[]
}

export interface CurveShape {
  readonly lines: readonly Pick<Line, 'label' | 'colour' | 'dashed'>[]
  readonly marks: readonly Mark[]
  readonly steps: (from: number, to: number) => number[]
  readonly xText: (x: number) => string
  readonly yText: (y: number) => string
}

/** How shares are drawn over what is turned: from nothing to all of it, each step of x a multiple of the one before. */
export function curveOptions(
  { lines, marks, steps, xText, yText }: CurveShape,
  size: { readonly width: number; readonly height: number },
  colour: Colour,
  moved: (index: number | undefined) => void,
): uPlot.Options {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const axis: uPlot.Axis = { stroke: colour('muted'), font, ticks: { show: false } }
  const grid = { stroke: colour('line'), width: 1 }
  return {
    ...size,
    padding: [22, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { setScale: false, x: false, y: false } },
    scales: { x: { time: false, distr: 3, log: 10, range: rangeOver(marks) }, y: { range: [0, 1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        gap: 8,
        splits: (_chart, _axis, from, to) => steps(from, to),
        filter: notTooClose,
        values: (_chart, values) => values.map((value) => (value === null ? '' : xText(value))),
      },
      { ...axis, grid, size: 52, gap: 6, splits: [0, 0.25, 0.5, 0.75, 1], values: (_chart, values) => values.map(yText) },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: token, dashed }) => ({
        label,
        stroke: colour(token),
        width: 1.75,
        points: { show: false },
        ...(dashed === true && { dash: [4, 4] }),
      })),
    ],
    hooks: {
      setCursor: [({ cursor: { idx } }) => moved(idx ?? undefined)],
      draw: [(chart) => marks.forEach((mark) => drawMark(chart, mark, lines, colour, font))],
    },
  }
}

/** So that the marks are in it too. */
const rangeOver =
  (marks: readonly Mark[]) =>
  (_chart: uPlot, least: number | null, most: number | null): [number, number] => {
    const marked = marks.map(({ x }) => x).filter((x) => x > 0)
    const [from, to] = [Math.min(least ?? 1, ...marked), Math.max(most ?? 1, ...marked)]
    return from < to ? [from, to] : [from / 2, to * 2]
  }

/** Labels that would run into each other are left out. */
const notTooClose = (chart: uPlot, values: number[]): (number | null)[] => {
  let last = -Infinity
  return values.map((value) => {
    const at = chart.valToPos(value, 'x')
    if (at - last < 36) return null
    last = at
    return value
  })
}

function drawMark(chart: uPlot, mark: Mark, lines: CurveShape['lines'], colour: Colour, font: string): void {
  const { ctx, bbox } = chart
  const ratio = devicePixelRatio
  const x = Math.round(chart.valToPos(mark.x, 'x', true))
  if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) return
  ctx.save()
  ctx.strokeStyle = colour('muted')
  ctx.fillStyle = colour('muted')
  ctx.lineWidth = ratio
  ctx.setLineDash(mark.dashed ? [3 * ratio, 3 * ratio] : [])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.font = font.replace('11px', `${11 * ratio}px`)
  const room = ctx.measureText(mark.label).width / 2
  ctx.textAlign = x + room > bbox.left + bbox.width ? 'right' : x - room < bbox.left ? 'left' : 'center'
  ctx.fillText(mark.label, x, bbox.top - 6 * ratio)
  ctx.setLineDash([])
  mark.points?.forEach((value, index) => {
    if (value === undefined) return
    ctx.beginPath()
    ctx.arc(x, chart.valToPos(value, 'y', true), 4.5 * ratio, 0, 2 * Math.PI)
    ctx.fillStyle = colour('card')
    ctx.strokeStyle = colour(lines[index]?.colour ?? 'text')
    ctx.lineWidth = 2 * ratio
    ctx.fill()
    ctx.stroke()
  })
  ctx.restore()
}
