import type { Advice, Prediction } from '../../advisor/index.ts'
import { durationText } from '../duration.ts'
import { numberText } from '../figures.ts'
import type { Chart, Mark, Point } from './chart.ts'

/** Hit rates over times to live, sizes and idle times; each with the other settings as they are. */
export function chartsOf({ curves, current, recommended }: Advice): readonly Chart[] {
  const { setting: now } = current
  const { setting: better } = recommended.prediction
  type Setting = keyof typeof now
  const line = (points: readonly Prediction[], x: Setting, y: 'memoryHitRate' | 'withoutBuild') =>
    points.map((point): Point => [point.setting[x], point[y]])
  const marks = (of: Setting): Mark[] => [
    { x: now[of], name: 'now' },
    ...(better[of] === now[of] ? [] : [{ x: better[of], name: 'recommended' as const }]),
  ]
  const chart = (title: string, of: Setting, fromMemory: Point[], withoutBuild: Point[], xText: Chart['xText']): Chart => ({
    title,
    series: [
      { name: 'from memory', points: fromMemory },
      { name: 'without a full build', points: withoutBuild },
    ],
    marks: within(marks(of), withoutBuild),
    xText,
  })
  const varied = (title: string, of: Setting, points: readonly Prediction[], xText: Chart['xText']): Chart =>
    chart(title, of, line(points, of, 'memoryHitRate'), line(points, of, 'withoutBuild'), xText)
  const fromMemory = line(curves.liveTtl, 'liveTtlMs', 'memoryHitRate')
  return [
    chart('Time to live', 'configTtlMs', fromMemory, line(curves.configTtl, 'configTtlMs', 'withoutBuild'), short),
    varied('Live agents in each worker', 'maxAgents', curves.size, numberText),
    varied('Idle time', 'idleMs', curves.idle, short),
  ]
}

function short(ms: number): string {
  return durationText(ms).replace(' ', '')
}

/** A setting a thousand times beyond what makes a difference would leave no room for what does. */
function within(marks: readonly Mark[], points: readonly Point[]): Mark[] {
  const [least, most] = [(points[0]?.[0] ?? 1) / 4, (points.at(-1)?.[0] ?? 1) * 4]
  return marks.filter(({ x }) => x >= least && x <= most)
}
