import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { paint } from '../state/theme.ts'
import { clockText } from '../state/words.ts'
import { chartOptions, type ChartShape, type Line } from './chart-options.ts'
import { coloursOf } from './colours.ts'
import { stacked } from './stacked.ts'

interface TimeChartProps extends Omit<ChartShape, 'lines'> {
  readonly title: string
  /** In seconds since 1970. */
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  readonly height?: number
}

const shownRows = 24

/** Lines over time, their values at the pointer (or the latest), and all of it as a table for whoever cannot see it. */
export function TimeChart({ title, times, lines, isStacked, isLog, format, height = 220 }: TimeChartProps) {
  const area = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const [pointed, setPointed] = useState<number>()
  const painted = paint.value
  const names = lines.map(({ label }) => label).join()

  useEffect(() => {
    const element = area.current
    if (element === null) return undefined
    const size = { width: element.clientWidth, height }
    const made = new uPlot(chartOptions({ lines, isStacked, isLog, format }, size, coloursOf(element), setPointed), [[]], element)
    chart.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      chart.current = undefined
    }
  }, [names, isStacked, isLog, height, painted])

  useEffect(() => {
    const piled = stacked(lines.filter(({ isApart }) => isApart !== true).map(({ values }) => values))
    const drawn = lines.map(({ values, isApart }) => (isStacked && isApart !== true ? piled.shift()! : values.map(positive)))
    chart.current?.setData([[...times], ...drawn] as uPlot.AlignedData)
  }, [times, lines, isStacked, painted, names])

  const at = pointed !== undefined && pointed < times.length ? pointed : times.length - 1
  return (
    <figure class="chart">
      <Legend lines={lines} at={at} format={format} />
      <div
        class="chart-area"
        ref={area}
        role="img"
        aria-label={`${title}: ${spoken(lines, format)}`}
        style={{ height: `${height}px` }}
      />
      <details>
        <summary>As a table</summary>
        <ValueTable title={title} times={times} lines={lines} format={format} />
      </details>
    </figure>
  )

  /** There is no place for 0 on a scale of powers. */
  function positive(value: number | null): number | null {
    return isLog && value !== null && value <= 0 ? null : value
  }
}

type Format = (value: number) => string

function Legend({ lines, at, format }: { readonly lines: readonly Line[]; readonly at: number; readonly format: Format }) {
  return (
    <ul class="legend" aria-hidden="true">
      {lines.map(({ label, colour, values, dashed }) => (
        <li style={{ '--tier': `var(--${colour})` }}>
          <span class={`line ${dashed === true ? 'dashed' : ''}`} />
          {label} <b>{shown(values[at], format)}</b>
        </li>
      ))}
    </ul>
  )
}

function ValueTable({ title, times, lines, format }: Pick<TimeChartProps, 'title' | 'times' | 'lines' | 'format'>) {
  const indexes = times.map((_, index) => index).slice(-shownRows)
  return (
    <div class="table-wrap">
      <table>
        <caption class="hidden-text">{title}, the latest first</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => (
              <th scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {indexes.toReversed().map((index) => (
            <tr>
              <th scope="row">{clockText(times[index]! * 1_000)}</th>
              {lines.map(({ values }) => (
                <td class="number">{shown(values[index], format)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function spoken(lines: readonly Line[], format: Format): string {
  return lines.map(({ label, values }) => `${label} now ${shown(values.at(-1), format)}`).join(', ')
}

function shown(value: number | null | undefined, format: Format): string {
  return value === null || value === undefined ? '–' : format(value)
}
