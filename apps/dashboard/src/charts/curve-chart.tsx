import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { paint } from '../state/theme.ts'
import type { Line } from './chart-options.ts'
import { coloursOf } from './colours.ts'
import { curveOptions, type CurveShape } from './curve-options.ts'

interface CurveChartProps extends Omit<CurveShape, 'lines'> {
  /** What it shows, for whoever cannot see it. */
  readonly label: string
  /** Above 0, from the least to the most. */
  readonly xs: readonly number[]
  readonly lines: readonly Line[]
  /** Over which of `xs` the pointer is. */
  readonly moved: (index: number | undefined) => void
  readonly height?: number
  /** The same in words and as a table. */
  readonly children: ComponentChildren
}

/** Shares over what is turned. */
export function CurveChart({ label, xs, lines, marks, steps, xText, yText, moved, height = 240, children }: CurveChartProps) {
  const area = useRef<HTMLDivElement>(null)
  const painted = paint.value
  // A new answer may bring other marks; what is drawn does not depend on more.
  const drawn = JSON.stringify([xs, lines, marks])

  useEffect(() => {
    const element = area.current
    if (element === null) return undefined
    const size = { width: element.clientWidth, height }
    const options = curveOptions({ lines, marks, steps, xText, yText }, size, coloursOf(element), moved)
    const data = [[...xs], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData
    const made = new uPlot(options, data, element)
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
    }
  }, [drawn, height, painted])

  return (
    <figure class="chart">
      <div class="chart-area" ref={area} role="img" aria-label={label} style={{ height: `${height}px` }} />
      {children}
    </figure>
  )
}
