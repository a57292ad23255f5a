import { useState } from 'preact/hooks'
import { BareSelect } from '../parts/field.tsx'
import { Curve, type CurveProps } from './curve.tsx'
import { knobs } from './knobs.ts'

type CurvesProps = Pick<CurveProps, 'advice' | 'measured'>

const times = ['configTtlMs', 'liveTtlMs', 'idleMs'] as const

/** What each time to live would give, the other settings being as they are. */
export function TimeCurves(given: CurvesProps) {
  const [knob, choose] = useState<(typeof times)[number]>('configTtlMs')
  const choice = (
    <BareSelect
      label="What is changed"
      value={knob}
      set={(value) => choose(times.find((name) => name === value) ?? knob)}
      options={times.map((name) => [name, knobs[name].label])}
    />
  )
  return <Curve key={knob} title="If kept for longer" choice={choice} knob={knob} {...given} />
}

/** The same of how many agents memory holds. */
export function SizeCurve(given: CurvesProps) {
  return <Curve title="If there were more in memory" knob="maxAgents" {...given} />
}
