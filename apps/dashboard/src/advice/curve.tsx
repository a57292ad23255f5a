import type { ComponentChildren } from 'preact'
import type { Advice, Prediction } from 'rekindle/advisor'
import { useState } from 'preact/hooks'
import { countSteps, spanSteps } from '../charts/axis-steps.ts'
import type { Line } from '../charts/chart-options.ts'
import { CurveChart } from '../charts/curve-chart.tsx'
import type { Mark } from '../charts/curve-options.ts'
import { shareText } from '../state/words.ts'
import { CurveTable } from './curve-table.tsx'
import { type Knob, type KnobName, knobs } from './knobs.ts'
import { CostFacts } from './prediction-facts.tsx'
import { withCurrent } from './places.ts'
import { rateLabels, rateNames, type Rates } from './rates.ts'

const curveOf = { configTtlMs: 'configTtl', liveTtlMs: 'liveTtl', idleMs: 'idle', maxAgents: 'size' } as const
const colours = { memoryHitRate: 'memory', configHitRate: 'config', withoutBuild: 'text' } as const

export interface CurveProps {
  readonly title: string
  readonly choice?: ComponentChildren
  /** What is turned. */
  readonly knob: KnobName
  readonly advice: Advice
  readonly measured: Rates
}

/** What turning one knob would give. */
export function Curve({ title, choice, knob: name, advice, measured }: CurveProps) {
  const [pointed, point] = useState<number>()
  const knob = knobs[name]
  // There is no place for 0 on a scale of powers: it is to have nothing at all.
  const predictions = withCurrent(advice.curves[curveOf[name]], advice.current, knob).filter(
    ({ setting }) => knob.of(setting) > 0,
  )
  const shown = (pointed === undefined ? undefined : predictions[pointed]) ?? advice.current
  return (
    <section class="card curve">
      <div class="card-head">
        <h2>{title}</h2>
        <span class="muted small">{knob.label.toLowerCase()}</span>
        <span class="end">{choice}</span>
      </div>
      <Legend shown={shown} />
      <CurveChart
        label={`Hit rates by ${knob.label.toLowerCase()}: now ${spoken(advice.current)}. The table below has the others.`}
        xs={predictions.map(({ setting }) => knob.of(setting))}
        lines={linesOf(predictions)}
        marks={marksOf(knob, advice, measured)}
        steps={name === 'maxAgents' ? countSteps : spanSteps}
        xText={knob.text}
        yText={(share) => shareText(share, 1)}
        moved={point}
      >
        <p class="muted small pointed-at">
          {pointed === undefined ? 'Now:' : `${knob.label} ${knob.text(knob.of(shown.setting))}:`}
        </p>
        <CostFacts of={shown} />
        <details>
          <summary>As a table</summary>
          <CurveTable knob={knob} predictions={predictions} />
        </details>
      </CurveChart>
    </section>
  )
}

function Legend({ shown }: { readonly shown: Prediction }) {
  return (
    <ul class="legend" aria-hidden="true">
      {rateNames.map((rate) => (
        <li style={{ '--tier': `var(--${colours[rate]})` }}>
          <span class={`line ${rate === 'configHitRate' ? 'dashed' : ''}`} />
          {rateLabels[rate]} <b>{shareText(shown[rate], 1)}</b>
        </li>
      ))}
      <li>
        <span class="ring" />
        counted
      </li>
    </ul>
  )
}

function linesOf(predictions: readonly Prediction[]): Line[] {
  return rateNames.map((rate) => ({
    label: rateLabels[rate],
    colour: colours[rate],
    dashed: rate === 'configHitRate',
    values: predictions.map((prediction) => prediction[rate]),
  }))
}

/** Where it stands, with what was counted there, and where it should. */
function marksOf({ of }: Knob, { current, recommended }: Advice, measured: Rates): Mark[] {
  const now = of(current.setting)
  const better = of(recommended.prediction.setting)
  return [
    { x: now, label: 'now', dashed: false, points: rateNames.map((rate) => measured[rate]) },
    ...(better === now ? [] : [{ x: better, label: 'better', dashed: true }]),
  ]
}

function spoken(prediction: Prediction): string {
  return rateNames.map((rate) => `${rateLabels[rate]} ${shareText(prediction[rate], 1)}`).join(', ')
}
