import type { Prediction } from 'rekindle/advisor'
import { countText, shareText, spanText } from '../state/words.ts'
import { knobs } from './knobs.ts'
import { liveText, storeText } from './prediction-words.ts'
import { rateLabels, rateNames } from './rates.ts'

/** All that is predicted of a setting. */
export function Everything({ of }: { readonly of: Prediction }) {
  return (
    <dl class="facts-row">
      {Object.values(knobs).map((knob) => (
        <Fact name={knob.label} value={knob.text(knob.of(of.setting))} />
      ))}
      {rateNames.map((rate) => (
        <Fact name={rateLabels[rate]} value={shareText(of[rate], 1)} />
      ))}
      <Costs of={of} />
    </dl>
  )
}

/** What a setting costs, where its rates are said already. */
export function CostFacts({ of }: { readonly of: Prediction }) {
  return (
    <dl class="facts-row">
      <Costs of={of} />
    </dl>
  )
}

function Costs({ of: { liveAgents, store, buildsPerHour, rebuildMsPerHour } }: { readonly of: Prediction }) {
  return (
    <>
      <Fact name="Live agents" value={liveText(liveAgents)} />
      <Fact name="In the store" value={storeText(store)} />
      <Fact name="Full builds" value={`${countText(Math.round(buildsPerHour))} an hour`} />
      <Fact name="Waited for" value={`${spanText(rebuildMsPerHour)} an hour`} />
    </>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
