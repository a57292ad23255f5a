import type { Prediction } from 'rekindle/advisor'
import { countText, shareText, spanText } from '../state/words.ts'
import type { Knob } from './knobs.ts'
import { liveText, storeText } from './prediction-words.ts'
import { rateLabels, rateNames } from './rates.ts'

/** The points of a curve, for whoever cannot see it, and for who wants the numbers. */
export function CurveTable({ knob, predictions }: { readonly knob: Knob; readonly predictions: readonly Prediction[] }) {
  const columns = [...rateNames.map((rate) => rateLabels[rate]), 'Live agents', 'In the store', 'Full builds an hour', 'Waited']
  return (
    <div class="table-wrap">
      <table>
        <caption class="hidden-text">What each {knob.label.toLowerCase()} would give</caption>
        <thead>
          <tr>
            <th scope="col">{knob.label}</th>
            {columns.map((column) => (
              <th scope="col" class="number">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {predictions.map((prediction) => (
            <tr>
              <th scope="row" class="nowrap">
                {knob.text(knob.of(prediction.setting))}
              </th>
              {rateNames.map((rate) => (
                <td class="number">{shareText(prediction[rate], 1)}</td>
              ))}
              <td class="number">{liveText(prediction.liveAgents)}</td>
              <td class="number">{storeText(prediction.store)}</td>
              <td class="number">{countText(Math.round(prediction.buildsPerHour))}</td>
              <td class="number">{spanText(prediction.rebuildMsPerHour)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
