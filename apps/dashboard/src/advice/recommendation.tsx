import type { Advice } from 'rekindle/advisor'
import { Pill } from '../parts/pill.tsx'
import { Banner } from '../parts/states.tsx'
import { type Change, changesBetween } from './knobs.ts'
import { currentCost, gainsAndCosts } from './recommendation-words.ts'

/** What to set, what that gives and what it costs. */
export function Recommendation({ advice }: { readonly advice: Advice }) {
  const { current, recommended, caution } = advice
  const changes = changesBetween(current.setting, recommended.prediction.setting)
  return (
    <section class="card stack">
      <div class="card-head tight">
        <h2>{changes.length === 0 ? 'Leave it as it is' : 'What to set'}</h2>
        {recommended.reachesTargets ? (
          <Pill tone="good">reaches the targets</Pill>
        ) : (
          <Pill tone="warn">nothing reaches the targets</Pill>
        )}
        {caution !== undefined && <Pill tone="warn">not to be relied on yet</Pill>}
      </div>
      {caution !== undefined && (
        <Banner tone="warn">
          <b>Wait before you act on this:</b> {caution}
        </Banner>
      )}
      <p class="story">{recommended.why}</p>
      {changes.length > 0 && <Changes changes={changes} />}
      <ul class="sentences">
        {gainsAndCosts(advice).map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      {changes.length > 0 && <p class="muted small">{currentCost(current)}</p>}
    </section>
  )
}

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <div class="table-wrap">
      <table class="changes">
        <caption class="hidden-text">What to set</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="number">
              now
            </th>
            <th scope="col" class="number">
              better
            </th>
            <th scope="col">for this server</th>
            <th scope="col">in your own code</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ knob, from, to }) => (
            <tr>
              <th scope="row">{knob.label}</th>
              <td class="number">{knob.text(from)}</td>
              <td class="number">
                <b>{knob.text(to)}</b>
              </td>
              <td>
                <code class="nowrap">
                  {knob.variable}={to}
                </code>
              </td>
              <td>
                <code class="nowrap">
                  {knob.option}: {to}
                </code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
