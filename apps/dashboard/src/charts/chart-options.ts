import type uPlot from 'uplot'
import { clockText, minuteText } from '../state/words.ts'

export interface Line {
  readonly label: string
  /** A colour of the style sheet. */
  readonly colour: 'memory' | 'config' | 'build' | 'bad' | 'text'
  readonly values: readonly (number | null)[]
  readonly dashed?: boolean
  /** Not among those that lie one above the other. */
  readonly isApart?: boolean
}

export interface ChartShape {
  readonly lines: readonly Pick<Line, 'label' | 'colour' | 'dashed' | 'isApart'>[]
  /** One above the other, filled. */
  readonly isStacked: boolean
  readonly isLog: boolean
  readonly format: (value: number) => string
}

export type Colour = (token: string, strength?: number) => string

/** How a chart is drawn. `moved` hears over which step the pointer is. */
export function chartOptions(
  { lines, isStacked, isLog, format }: ChartShape,
  size: { readonly width: number; readonly height: number },
  colour: Colour,
  moved: (index: number | undefined) => void,
): uPlot.Options {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const axis: uPlot.Axis = {
    stroke: colour('muted'),
    font,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  }
  return {
    ...size,
    padding: [8, 36, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { setScale: false, x: false, y: false } },
    scales: { x: { time: true }, y: { range: isLog ? logRange : linearRange, ...(isLog && { distr: 3, log: 10 }) } },
    axes: [
      { ...axis, grid: { show: false }, size: 30, gap: 8, space: 72, values: timeLabels },
      {
        ...axis,
        size: 56,
        gap: 6,
        space: 32,
        ...(isLog && { filter: onlyPowers, grid: { ...axis.grid, filter: onlyPowers } }),
        values: (_chart, values) => values.map((value) => (value === null ? '' : format(value))),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, { isStacked, isLog }, colour))],
    ...(isStacked && { bands: bandsOf(lines) }),
    hooks: { setCursor: [({ cursor: { idx } }) => moved(idx ?? undefined)] },
  }
}

type ShapeLine = ChartShape['lines'][number]

function seriesOf(
  { label, colour: token, dashed, isApart }: ShapeLine,
  { isStacked, isLog }: Pick<ChartShape, 'isStacked' | 'isLog'>,
  colour: Colour,
): uPlot.Series {
  return {
    label,
    stroke: colour(token),
    width: 1.5,
    points: { show: false },
    spanGaps: isLog,
    ...(dashed === true && { dash: [4, 4] }),
    ...(isStacked && isApart !== true && { fill: colour(token, 0.22) }),
  }
}

/** Each area ends where the one below it begins. */
function bandsOf(lines: readonly ShapeLine[]): uPlot.Band[] {
  const piled = lines.filter(({ isApart }) => isApart !== true)
  return piled.slice(1).map((_, index) => ({ series: [index + 2, index + 1] }))
}

const timeLabels = (_chart: uPlot, times: number[], _axis: number, _space: number, step: number): string[] =>
  times.map((at) => (step < 60 ? clockText : minuteText)(at * 1_000))

const linearRange = (_chart: uPlot, _least: number, most: number): [number, number] => [0, most > 0 ? most * 1.1 : 1]

/** Whole decades. */
const logRange = (_chart: uPlot, least: number, most: number): [number, number] => {
  if (!(least > 0)) return [0.001, 1]
  const from = 10 ** Math.floor(Math.log10(least))
  const to = 10 ** Math.ceil(Math.log10(Math.max(most, least * 1.01)))
  return [from, to]
}

/** The lines between them would say more than anybody reads. */
const onlyPowers = (_chart: uPlot, values: number[]): (number | null)[] =>
  values.map((value) => (isPowerOfTen(value) ? value : null))

const isPowerOfTen = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6
