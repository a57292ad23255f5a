import type { Happening, WorkersExplanation } from 'rekindle'
import { workerLabel } from '../fleet/worker-label.ts'
import { Fingerprint } from '../parts/fingerprint.tsx'
import { TierPill } from '../parts/pill.tsx'
import { Ago } from '../parts/time.tsx'
import { latencyText } from '../state/words.ts'
import { merged } from './history.ts'
import { becauseText, causeText, refusalText, targetText } from './reason-words.ts'

export function Timeline({ explanation: { workers } }: { readonly explanation: WorkersExplanation }) {
  const occurrences = merged(workers)
  return (
    <section class="card">
      <div class="card-head">
        <h2>What happened</h2>
        <span class="muted small">on all workers, the latest first; hits in memory leave no trace</span>
      </div>
      {occurrences.length === 0 && <p class="muted">Nothing that any worker remembers.</p>}
      <ol class="timeline">
        {occurrences.map(({ happening, workers: [first, ...others] }) => (
          <li>
            <span class="muted">
              <Ago at={happening.at} />
            </span>
            <span>
              <Sentence of={happening} />
            </span>
            <span class="muted small mono">{others.length > 0 ? `${others.length + 1} workers` : workerLabel(first ?? '')}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Sentence({ of }: { readonly of: Happening }) {
  switch (of.event) {
    case 'created':
      return (
        <>
          <TierPill tier={of.source} /> Made in {latencyText(of.durationMs)}, because {becauseText(of.reason)}{' '}
          <Fingerprint of={of.fingerprint} />
        </>
      )
    case 'retired':
      return (
        <>
          Left memory: {causeText(of.cause)}
          {of.leases > 0 && ` (${of.leases} still had it)`}
        </>
      )
    case 'config-refused':
      return (
        <>
          Stored config not used: {refusalText(of.reason).toLowerCase()}
          {of.detail !== undefined && ` (${of.detail})`}
        </>
      )
    case 'config-not-stored':
      return <>Config not stored: {of.detail}</>
    case 'build-failed':
      return <span class="bad">Build failed: {of.error}</span>
    case 'refresh-failed':
      return <span class="bad">Could not be renewed: {of.error}</span>
    case 'stale-served':
      return <span class="bad">Served although its time was over, since loading failed: {of.error}</span>
    case 'invalidated':
      return <>Invalidated: {of.targets.map(targetText).join('; ')}</>
    default:
      return <>{(of as { event: string }).event}</>
  }
}
