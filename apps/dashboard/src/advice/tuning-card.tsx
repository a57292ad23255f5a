import type { FleetAdvice } from '../api/advice.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Pill } from '../parts/pill.tsx'
import { Ago } from '../parts/time.tsx'
import { shareText, spanText } from '../state/words.ts'
import { changesBetween } from './knobs.ts'

/** Whether the workers turn the knobs themselves, and what they have done. */
export function TuningCard({ autoTune, tunings }: Pick<FleetAdvice, 'autoTune' | 'tunings'>) {
  return (
    <section class="card stack">
      <div class="card-head tight">
        <h2>Auto-tuning</h2>
        {autoTune === null ? <Pill>off</Pill> : <Pill tone="good">on</Pill>}
      </div>
      {autoTune === null ? (
        <p class="muted">
          The workers leave times to live as they are set. With <code>REKINDLE_AUTO_TUNE_TARGET=0.99</code> each keeps them as
          short as it can, so that 99 % of requests need no full build.
        </p>
      ) : (
        <p>
          Each worker keeps times to live between {spanText(autoTune.minTtlMs)} and {spanText(autoTune.maxTtlMs)}, so that{' '}
          {shareText(autoTune.target, 1)} of requests need no full build.
        </p>
      )}
      {autoTune !== null && tunings.length === 0 && <p class="muted">Nothing has been changed so far.</p>}
      {tunings.length > 0 && (
        <ul class="tunings">
          {tunings.map(({ worker, at, from, to, predicted }) => (
            <li>
              <span class="muted small">
                <Ago at={at} />, <code title={worker}>{workerLabel(worker)}</code>
              </span>
              <span>
                {changesBetween(from, to)
                  .map(({ knob, from: before, to: after }) => `${knob.label} ${knob.text(before)} → ${knob.text(after)}`)
                  .join(', ')}
              </span>
              <span class="muted small">{shareText(predicted, 1)} expected</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
