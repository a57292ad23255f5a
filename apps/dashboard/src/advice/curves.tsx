import type { Advice, Prediction } from 'rekindle/advisor'
import { useState } from 'preact/hooks'
import { countSteps, spanSteps } from '../charts/axis-steps.ts'
import type { Line } from '../charts/chart-options.ts'
import { CurveChart } from '../charts/curve-chart.tsx'
import type { Mark } from '../charts/curve-options.ts'
import { BareSelect } from '../parts/field.tsx'
import { shareText } from '../state/words.ts'
import { CurveTable } from './curve-table.tsx'
import { type KnobName, knobs } from './knobs.ts'
import { CostFacts } from './prediction-facts.tsx'
import { withCurrent } from './places.ts'
import { rateLabels, rateNames, type Rates } from './rates.ts'

interface CurvesProps {
  readonly advice: Advice
  readonly measured: Rates
}

const timeCurves = { configTtlMs: 'configTtl', liveTtlMs: 'liveTtl', idleMs: 'idle' } as const

/** What each time to live would give, the other settings being as they are. */
export function TimeCurves({ advice, measured }: CurvesProps) {
  const [knob, choose] = useState<keyof typeof timeCurves>('configTtlMs')
  const names = Object.keys(timeCurves) as (keyof typeof timeCurves)[]
  const choice = (
    <BareSelect
      label="What is changed"
      value={knob}
      set={(value) => choose(names.find((name) => name === value) ?? knob)}
      options={names.map((name) => [name, knobs[name].label])}
    />
  )
  const predictions = advice.curves[timeCurves[knob]]
  return <Curve key={knob} title="If kept for longer" choice={choice} knob={knob} {...{ advice, measured, predictions }} />
}

/** The same of how many agents memory holds. */
export function SizeCurve({ advice, measured }: CurvesProps) {
  const predictions = advice.curves.size
  return <Curve title="If there were more in memory" knob="maxAgents" {...{ advice, measured, predictions }} />
}

const colours = { memoryHitRate: 'memory', configHitRate: 'config', withoutBuild: 'text' } as const

interface CurveProps extends CurvesProps {
  readonly title: string
  readonly choice?: preact.ComponentChildren
  readonly knob: KnobName
  readonly predictions: readonly Prediction[]
}

function Curve({ title, choice, knob: name, advice, measured, ...given }: CurveProps) {
  const [pointed, point] = useState<number>()
  const knob = knobs[name]
  // There is no place for 0 on a scale of powers: it is to have nothing at all.
  const predictions = withCurrent(given.predictions, advice.current, knob).filter(({ setting }) => knob.of(setting) > 0)
  const xs = predictions.map(({ setting }) => knob.of(setting))
  const lines: Line[] = rateNames.map((rate) => ({
    label: rateLabels[rate],
    colour: colours[rate],
    dashed: rate === 'configHitRate',
    values: predictions.map((prediction) => prediction[rate]),
  }))
  const shown = (pointed === undefined ? undefined : predictions[pointed]) ?? advice.current
  const now = knob.of(advice.current.setting)
  const better = knob.of(advice.recommended.prediction.setting)
  const marks: Mark[] = [
    { x: now, label: 'now', dashed: false, points: rateNames.map((rate) => measured[rate]) },
    ...(better === now ? [] : [{ x: better, label: 'better', dashed: true }]),
  ]
  return (
    <section class="card curve">
      <div class="card-head">
        <h2>{title}</h2>
        <span class="muted small">{knob.label.toLowerCase()}</span>
        <span class="end">{choice}</span>
      </div>
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
      <CurveChart
        label={`Hit rates by ${knob.label.toLowerCase()}: now ${spoken(advice.current)}. The table below has the others.`}
        xs={xs}
        lines={lines}
        marks={marks}
        steps={name === 'maxAgents' ? countSteps : spanSteps}
        xText={knob.text}
        yText={(share) => shareText(share, 1)}
        moved={point}
      >
        <p class="muted small pointed-at">{pointed === undefined ? 'Now:' : `${knob.label} ${knob.text(xs[pointed] ?? now)}:`}</p>
        <CostFacts of={shown} />
        <details>
          <summary>As a table</summary>
          <CurveTable knob={knob} predictions={predictions} />
        </details>
      </CurveChart>
    </section>
  )
}

function spoken(prediction: Prediction): string {
  return rateNames.map((rate) => `${rateLabels[rate]} ${shareText(prediction[rate], 1)}`).join(', ')
}
