import { useState } from 'preact/hooks'
import { fleetPoll, minuteAgo } from '../fleet/fleet.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { AgentsLive, Latencies, Requests } from '../overview/fleet-charts.tsx'
import { StoreCard } from '../overview/store-card.tsx'
import { Tiles } from '../overview/tiles.tsx'
import { WorkerTable } from '../overview/worker-table.tsx'
import { BareSelect } from '../parts/field.tsx'
import { Banner, Disconnected, Failed, Loading } from '../parts/states.tsx'
import { usePolled } from '../state/poll.ts'

/** What the whole fleet does, or one worker of it. */
export function OverviewPage() {
  const { value: fleet, at, error } = usePolled(fleetPoll)
  const [chosen, choose] = useState('')
  if (fleet === undefined) {
    return (
      <main class="page" id="content" tabIndex={-1}>
        <h1>Overview</h1>
        {error ? (
          <Failed what="The overview" error={error} retry={() => fleetPoll.askNow()} />
        ) : (
          <Loading what="the overview" heights={[6.5, 19, 19, 8]} />
        )}
      </main>
    )
  }
  const isThere = fleet.workers.some(({ worker }) => worker === chosen)
  const scope = isThere ? chosen : ''
  const workers = isThere ? fleet.workers.filter(({ worker }) => worker === chosen) : fleet.workers
  const before = minuteAgo.value.filter(({ worker }) => workers.some((each) => each.worker === worker))
  const options = fleet.workers.map(({ worker }) => [worker, workerLabel(worker)] as const)
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <h1>Overview</h1>
        <div class="end">
          <BareSelect
            label="Show"
            value={scope}
            set={choose}
            options={[['', `All workers (${fleet.workers.length})`], ...options]}
          />
        </div>
      </div>
      {error && <Disconnected error={error} at={at} retry={() => fleetPoll.askNow()} />}
      {fleet.unreachable && (
        <Banner tone="warn">
          <b>The store does not say which workers there are.</b> This is the one that answered; others may serve too.
        </Banner>
      )}
      {fleet.silent.length > 0 && (
        <Banner tone="warn">
          <b>{fleet.silent.length === 1 ? 'One worker' : `${fleet.silent.length} workers`} did not answer in time:</b>{' '}
          {fleet.silent.map(workerLabel).join(', ')}
        </Banner>
      )}
      <div class={`stack ${error ? 'old' : ''}`}>
        <Tiles workers={workers} before={before} />
        <Requests workers={workers} />
        <Latencies workers={workers} before={before} />
        <div class="halves">
          <AgentsLive workers={workers} />
          <StoreCard workers={workers} />
        </div>
        <WorkerTable workers={fleet.workers} silent={fleet.silent} now={fleet.now} chosen={scope} choose={choose} />
      </div>
    </main>
  )
}
