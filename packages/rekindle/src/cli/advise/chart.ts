/** What is drawn in a terminal, and as SVG: shares from 0 to 1 over something that grows by factors. */
export interface Chart {
  readonly title: string
  readonly series: readonly Series[]
  readonly marks: readonly Mark[]
  readonly xText: (x: number) => string
}

interface Series {
  readonly name: string
  /** In ascending order of x, which is above 0. */
  readonly points: readonly Point[]
}

export type Point = readonly [x: number, y: number]

/** A value of x that matters. */
export interface Mark {
  readonly x: number
  readonly name: 'now' | 'recommended'
}

/** Where x and y lie, from 0 to 1. */
export interface Scale {
  x(value: number): number
  y(value: number): number
  readonly minX: number
  readonly maxX: number
  readonly minY: number
}

/** Where y can begin: a quarter of what is left of 100 % is a round number. */
const beginnings = [0, 0.2, 0.4, 0.6, 0.8, 0.96]

/** All that is drawn fits; y ends at 1. */
export function scaleOf({ series, marks }: Chart): Scale {
  const xs = [...series.flatMap(({ points }) => points.map(([x]) => x)), ...marks.map(({ x }) => x)].filter((x) => x > 0)
  const [minX, maxX] = [Math.min(...xs), Math.max(...xs)]
  const lowest = Math.min(1, ...series.flatMap(({ points }) => points.map(([, y]) => y)))
  const minY = beginnings.findLast((each) => each <= lowest) ?? 0
  const span = Math.log(maxX / minX) || 1
  return {
    x: (value) => Math.log(Math.max(minX, value) / minX) / span,
    y: (value) => (value - minY) / (1 - minY),
    minX,
    maxX,
    minY,
  }
}

/** y at x, on the lines between the points; `undefined` outside them. */
export function valueAt(points: readonly Point[], x: number): number | undefined {
  const after = points.findIndex(([each]) => each >= x)
  if (after === -1) return undefined
  const [nextX, nextY] = points[after]!
  if (after === 0) return nextX === x ? nextY : undefined
  const [lastX, lastY] = points[after - 1]!
  return lastY + ((nextY - lastY) * Math.log(x / lastX)) / Math.log(nextX / lastX)
}

/** The points for which there is room to write them below, each `roomOf` wide where the whole is 1. */
export function ticksOf(
  chart: Chart,
  scale: Scale,
  roomOf: (text: string) => number,
): { readonly at: number; readonly text: string }[] {
  const xs = [...new Set(chart.series.flatMap(({ points }) => points.map(([x]) => x)))].sort((one, other) => one - other)
  const ticks: { at: number; text: string; end: number }[] = []
  for (const x of xs) {
    const text = chart.xText(x)
    const room = roomOf(text)
    const begin = Math.max(0, Math.min(1 - room, scale.x(x) - room / 2))
    if (begin >= (ticks.at(-1)?.end ?? 0)) ticks.push({ at: scale.x(x), text, end: begin + room })
  }
  return ticks
}
