import type { Curve, Grid, Verdict } from '../benchmark.ts'
import { figure, times, withSpread } from '../report.ts'
import { median, ratioOf } from '../statistics.ts'

export type Line = Curve['lines'][number]

/** Figures of a {@link Curve}, which are taken round by round, all lines and points in turns. */
export class Lines {
  readonly #lines = new Map<string, Map<number, number[]>>()

  add(name: string, x: number, value: number): void {
    let points = this.#lines.get(name)
    if (points === undefined) this.#lines.set(name, (points = new Map()))
    const values = points.get(x)
    if (values === undefined) points.set(x, [value])
    else values.push(value)
  }

  all(): Line[] {
    return [...this.#lines].map(([name, points]) => ({ name, points: [...points].map(([x, values]) => ({ x, values })) }))
  }
}

export interface CurveGridParts {
  readonly title: string
  readonly of: string
  readonly unit: string
  readonly lines: readonly Line[]
  /** Ratios are to the figure here; default: at the first point. */
  readonly from?: number
  readonly notes: readonly string[]
  readonly targets?: readonly Verdict[]
  /** What is not measured, in words: a line of the table. */
  readonly words?: readonly (readonly [name: string, text: string])[]
}

/** The table: medians, each with its ratio to the same line's where the growth begins. */
export function curveGrid({ title, of, unit, lines, from, notes, targets = [], words = [] }: CurveGridParts): Grid {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((one, other) => one - other)
  const start = from ?? xs[0]!
  const cells = (line: Line) =>
    xs.map((x) => {
      const values = valuesAt(line, x)
      return values === undefined ? '–' : `${figure(median(values))}${ratioText(values, valuesAt(line, start))}`
    })
  return {
    title: `${title}, ${unit}`,
    table: [
      [of, ...xs.map(spaced)],
      ...lines.map((line) => [line.name, ...cells(line)]),
      ...words.map(([name, text]) => [name, text, ...xs.slice(1).map(() => '')]),
    ],
    notes: [
      `In brackets: the ratio to the same line's figure at ${spaced(start)}, median of the ratios within rounds.`,
      ...notes,
    ],
    targets,
    figures: { from: start },
    curve: { of, unit, lines },
  }
}

function ratioText(values: readonly number[], first: readonly number[] | undefined): string {
  return first === undefined || median(first) === 0 ? '' : ` (${times(ratioOf(values, first).median)})`
}

/** Of one line: how much more an operation costs at one size than at another. */
export function growthTarget(line: Line, from: number, to: number, atMost: number): Verdict {
  const growth = ratioOf(valuesAt(line, to) ?? [], valuesAt(line, from) ?? [])
  const what = `${line.name}: at ${spaced(to)} ÷ at ${spaced(from)}`
  return { met: growth.median <= atMost, text: `${what} = ${withSpread(growth, times)}; target ≤ ${atMost}×` }
}

/** Of two lines at one size. */
export function ratioTarget(of: Line, to: Line, at: number, limit: { readonly atMost: number }): Verdict {
  const ratio = ratioOf(valuesAt(of, at) ?? [], valuesAt(to, at) ?? [])
  const what = `${of.name} ÷ ${to.name}, at ${spaced(at)}`
  return { met: ratio.median <= limit.atMost, text: `${what} = ${withSpread(ratio, times)}; target ≤ ${limit.atMost}×` }
}

export function lineOf(lines: readonly Line[], name: string): Line {
  const line = lines.find((candidate) => candidate.name === name)
  if (line === undefined) throw new Error(`There is no line "${name}".`)
  return line
}

function valuesAt(line: Line, x: number): readonly number[] | undefined {
  return line.points.find((point) => point.x === x)?.values
}

export function spaced(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ')
}

/** How much more one line grows than another, in words. */
export function ratioOfGrowth(of: Line, than: Line, from: number, to: number): string {
  const growth = (line: Line) => median(valuesAt(line, to) ?? []) / median(valuesAt(line, from) ?? [])
  return (growth(of) / growth(than)).toFixed(2)
}
