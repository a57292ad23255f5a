import type { Advice, Prediction } from '../../advisor/index.ts'
import { durationText } from '../duration.ts'
import { numberText } from '../figures.ts'
import type { Chart, Mark, Point } from './chart.ts'

/** Hit rates over times to live, sizes and idle times; each with the other settings as they are. */
export function chartsOf({ curves, current, recommended }: Advice): readonly Chart[] {
  const { setting: now } = current
  const { setting: better } = recommended.prediction
  const marks = (of: keyof typeof now): Mark[] => [
    { x: now[of], name: 'now' },
    ...(better[of] === now[of] ? [] : [{ x: better[of], name: 'recommended' as const }]),
  ]
  const line = (points: readonly Prediction[], x: keyof typeof now, y: 'memoryHitRate' | 'withoutBuild'): Point[] =>
    points.map((point) => [point.setting[x], point[y]] as const)
  return [
    {
      title: 'Time to live',
      series: [
        { name: 'from memory', points: line(curves.liveTtl, 'liveTtlMs', 'memoryHitRate') },
        { name: 'without a full build', points: line(curves.configTtl, 'configTtlMs', 'withoutBuild') },
      ],
      marks: within(marks('configTtlMs'), line(curves.configTtl, 'configTtlMs', 'withoutBuild')),
      xText: short,
    },
    {
      title: 'Live agents in each worker',
      series: [
        { name: 'from memory', points: line(curves.size, 'maxAgents', 'memoryHitRate') },
        { name: 'without a full build', points: line(curves.size, 'maxAgents', 'withoutBuild') },
      ],
      marks: within(marks('maxAgents'), line(curves.size, 'maxAgents', 'memoryHitRate')),
      xText: numberText,
    },
    {
      title: 'Idle time',
      series: [
        { name: 'from memory', points: line(curves.idle, 'idleMs', 'memoryHitRate') },
        { name: 'without a full build', points: line(curves.idle, 'idleMs', 'withoutBuild') },
      ],
      marks: within(marks('idleMs'), line(curves.idle, 'idleMs', 'memoryHitRate')),
      xText: short,
    },
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
