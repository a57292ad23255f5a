import type { AuditSummary } from 'rekindle'
import type { AuditReport } from '../api/advice.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Pill } from '../parts/pill.tsx'
import { Banner } from '../parts/states.tsx'
import { Ago } from '../parts/time.tsx'
import { countText, shareText } from '../state/words.ts'
import { agentsOf, meaningOf, ninesText } from './audit-words.ts'

/** Whether what is served is what the database has. */
export function AuditCard({ audit }: { readonly audit: AuditReport }) {
  const { rate, all, suspects } = audit
  const compared = all.consistent + all.inconsistent + all.unstable
  return (
    <section class="card stack">
      <div class="card-head tight">
        <h2>Is what is served consistent?</h2>
        <span class="muted small">
          {rate === 0 ? 'not looked at' : `${partText(rate)} of what is served is loaded again and compared`}
        </span>
      </div>
      {rate === 0 ? (
        <p class="muted">
          Set <code>REKINDLE_AUDIT_RATE=0.001</code> to compare one in a thousand with what the database has. Each costs one load.
        </p>
      ) : (
        <>
          <div class="nines">
            {all.windows.map((window) => (
              <div class="tile">
                <span class="label">{window.minutes === 1 ? 'Last minute' : `Last ${window.minutes} minutes`}</span>
                <span class={`value ${window.inconsistent > 0 ? 'bad' : ''}`}>
                  {ninesText(window)} <span class="unit">nines</span>
                </span>
                <span class="note">{meaningOf(window)}</span>
              </div>
            ))}
          </div>
          <Causes suspects={suspects} />
          <p class="muted small">
            Since the workers started: {countText(compared)} compared, {countText(all.inconsistent)} inconsistent,{' '}
            {countText(all.unstable)} different each time, {countText(all.failed)} could not be loaded, {countText(all.skipped)}{' '}
            passed over.
          </p>
          {suspects.length > 0 && <SuspectTable suspects={suspects} />}
          <WorkerAudits audit={audit} />
        </>
      )}
    </section>
  )
}

/** Enough words for what to do about it. */
function Causes({ suspects }: Pick<AuditReport, 'suspects'>) {
  const inconsistent = agentsOf(suspects, 'inconsistent')
  const unstable = agentsOf(suspects, 'unstable')
  return (
    <>
      {inconsistent.length > 0 && (
        <Banner tone="bad">
          <b>Something edits agents without invalidating them:</b> {inconsistent.join(', ')}. Edits through this server invalidate
          by themselves, and with PostgreSQL those of other programs too. Whatever else changes what an agent is loaded from must
          say so: <code>POST /api/cache/invalidate</code>. Until then such edits arrive when configs expire.
        </Banner>
      )}
      {unstable.length > 0 && (
        <Banner tone="warn">
          <b>What is loaded differs each time:</b> {unstable.join(', ')}. Something in it is no property of the agent: a time, a
          random id, an order that changes. Each build then has a version of its own, and the model&apos;s prompt cache is missed.
        </Banner>
      )}
    </>
  )
}

function SuspectTable({ suspects }: Pick<AuditReport, 'suspects'>) {
  return (
    <div class="table-wrap">
      <table>
        <caption class="hidden-text">Agents that were not what the database has</caption>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Found</th>
            <th scope="col" class="number">
              times
            </th>
            <th scope="col">last</th>
            <th scope="col">by</th>
          </tr>
        </thead>
        <tbody>
          {suspects.map(({ agentId, outcome, times, at, worker }) => (
            <tr>
              <th scope="row">
                <a href={`/agents/${encodeURIComponent(agentId)}`}>{agentId}</a>
              </th>
              <td>
                <Pill tone={outcome === 'inconsistent' ? 'bad' : 'warn'}>
                  {outcome === 'inconsistent' ? 'inconsistent' : 'different each time'}
                </Pill>
              </td>
              <td class="number">{countText(times)}</td>
              <td class="nowrap">
                <Ago at={at} />
              </td>
              <td>
                <code title={worker}>{workerLabel(worker)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function WorkerAudits({ audit: { workers } }: { readonly audit: AuditReport }) {
  return (
    <details class="small">
      <summary class="muted">By worker</summary>
      <div class="table-wrap">
        <table>
          <caption class="hidden-text">Nines of each worker</caption>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              {[1, 5, 10].map((minutes) => (
                <th scope="col" class="number">
                  {minutes} min
                </th>
              ))}
              <th scope="col" class="number">
                compared
              </th>
            </tr>
          </thead>
          <tbody>
            {workers.map(({ worker, audit }) => (
              <tr>
                <th scope="row">
                  <code title={worker}>{workerLabel(worker)}</code>
                </th>
                {[1, 5, 10].map((minutes) => (
                  <td class="number">{ninesOf(audit, minutes)}</td>
                ))}
                <td class="number">{countText(audit.consistent + audit.inconsistent + audit.unstable)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function ninesOf({ windows }: AuditSummary, minutes: number): string {
  const window = windows.find((each) => each.minutes === minutes)
  return window === undefined ? '–' : ninesText(window)
}

function partText(rate: number): string {
  return rate >= 0.01 ? shareText(rate, 1) : `one in ${countText(Math.round(1 / rate))}`
}
