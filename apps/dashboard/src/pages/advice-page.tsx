import { AdviceTiles } from '../advice/advice-tiles.tsx'
import { advicePoll } from '../advice/advice-poll.ts'
import { AuditCard } from '../advice/audit-card.tsx'
import { SizeCurve, TimeCurves } from '../advice/curves.tsx'
import { HeatGrids } from '../advice/heat-grids.tsx'
import { measuredRates } from '../advice/rates.ts'
import { Recommendation } from '../advice/recommendation.tsx'
import { TuningCard } from '../advice/tuning-card.tsx'
import type { FleetAdvice } from '../api/advice.ts'
import { SilentWorkers } from '../fleet/silent-workers.tsx'
import { workerLabel } from '../fleet/worker-label.ts'
import { Banner, Disconnected, Empty, Failed, Forbidden, Loading } from '../parts/states.tsx'
import { Ago } from '../parts/time.tsx'
import { lastIdentity } from '../state/identity.ts'
import { usePolled } from '../state/poll.ts'
import { countText, spanText } from '../state/words.ts'

/** What other settings would give, and whether what is served is what the database has. */
export function AdvicePage() {
  return (
    <main class="page" id="content" tabIndex={-1}>
      {lastIdentity.value?.role === 'admin' ? <ForAdmins /> : <Forbidden what="The advice" />}
    </main>
  )
}

function ForAdmins() {
  const { value: found, at, error } = usePolled(advicePoll)
  const retry = (): void => advicePoll.askNow()
  return (
    <>
      <div class="page-head">
        <h1>Advice</h1>
        {found && <span class="muted">{sampleText(found)}</span>}
        {found && (
          <span class="muted small end">
            <span class="nowrap">
              worked out <Ago at={found.at} />
            </span>
          </span>
        )}
      </div>
      {found === undefined && error && <Failed what="The advice" error={error} retry={retry} />}
      {found === undefined && !error && <Loading what="the advice" heights={[14, 6.5, 22, 20]} />}
      {found && error && <Disconnected error={error} at={at} retry={retry} />}
      {found && <Found found={found} isOld={error !== undefined} />}
    </>
  )
}

function Found({ found, isOld }: { readonly found: FleetAdvice; readonly isOld: boolean }) {
  const { advice, audit, served } = found
  const measured = measuredRates(served)
  return (
    <>
      <Missing found={found} />
      <div class={`stack ${isOld ? 'old' : ''}`}>
        {advice === null || advice.requests === 0 ? (
          <div class="card">
            <Empty icon="search" title="There is nothing to go by yet">
              <p>
                The workers write down which agents are asked for, and when. After some traffic you will see what other times to
                live and sizes would give.
              </p>
            </Empty>
          </div>
        ) : (
          <>
            <Recommendation advice={advice} />
            <AdviceTiles current={advice.current} measured={measured} />
            <div class="halves">
              <TimeCurves advice={advice} measured={measured} />
              <SizeCurve advice={advice} measured={measured} />
            </div>
            <HeatGrids advice={advice} />
          </>
        )}
        <AuditCard audit={audit} />
        <TuningCard autoTune={found.autoTune} tunings={found.tunings} />
      </div>
    </>
  )
}

/** Whose requests are not in it. */
function Missing({ found: { silent, unwatched, unreachable } }: { readonly found: FleetAdvice }) {
  return (
    <>
      {unreachable && (
        <Banner tone="warn">
          <b>The store does not say which workers there are.</b> This is from the one that answered; others may serve too.
        </Banner>
      )}
      <SilentWorkers silent={silent} />
      {unwatched.length > 0 && (
        <Banner tone="warn">
          <b>Without an advisor, and so not in this:</b> {unwatched.map(workerLabel).join(', ')}
        </Banner>
      )}
    </>
  )
}

function sampleText({ advice, workers }: FleetAdvice): string {
  if (advice === null || advice.requests === 0) return ''
  const { requests, from, until, sample } = advice
  const part = sample.rate < 1 ? `, from a sample of ${countText(sample.keys)} agents` : ''
  const by = workers.length === 1 ? 'one worker' : `${workers.length} workers`
  return `${countText(requests)} requests to ${by} in ${spanText(until - from)}${part}`
}
