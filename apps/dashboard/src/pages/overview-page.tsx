import { useState } from 'preact/hooks'
import { fleetPoll, minuteAgo, type Sighting, type Worker } from '../fleet/fleet.ts'
import { SilentWorkers } from '../fleet/silent-workers.tsx'
import { workerLabel } from '../fleet/worker-label.ts'
import { AgentsLive, Latencies, Requests } from '../overview/fleet-charts.tsx'
import { StoreCard } from '../overview/store-card.tsx'
import { Tiles } from '../overview/tiles.tsx'
import { WorkerTable } from '../overview/worker-table.tsx'
import { BareSelect } from '../parts/field.tsx'
import { Banner, Disconnected, Failed, Loading } from '../parts/states.tsx'
import { type Polled, usePolled } from '../state/poll.ts'

const retry = (): void => fleetPoll.askNow()

/** What the whole fleet does, or one worker of it. */
export function OverviewPage() {
  const { value: fleet, at, error } = usePolled(fleetPoll)
  return (
    <main class="page" id="content" tabIndex={-1}>
      {fleet ? <Found fleet={fleet} at={at} error={error} /> : <Missing error={error} />}
    </main>
  )
}

function Missing({ error }: Pick<Polled<Sighting>, 'error'>) {
  return (
    <>
      <h1>Overview</h1>
      {error ? (
        <Failed what="The overview" error={error} retry={retry} />
      ) : (
        <Loading what="the overview" heights={[6.5, 19, 19, 8]} />
      )}
    </>
  )
}

function Found({ fleet, at, error }: Omit<Polled<Sighting>, 'value'> & { readonly fleet: Sighting }) {
  const [wanted, choose] = useState('')
  // A worker that has gone is not waited for.
  const chosen = fleet.workers.find(({ worker }) => worker === wanted)
  const workers = chosen ? [chosen] : fleet.workers
  const scope = chosen?.worker ?? ''
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        <div class="end">
          <ScopeSelect workers={fleet.workers} scope={scope} choose={choose} />
        </div>
      </div>
      {error && <Disconnected error={error} at={at} retry={retry} />}
      {fleet.unreachable && (
        <Banner tone="warn">
          <b>The store does not say which workers there are.</b> This is the one that answered; others may serve too.
        </Banner>
      )}
      <SilentWorkers silent={fleet.silent} />
      <div class={`stack ${error ? 'old' : ''}`}>
        <Figures workers={workers} />
        <WorkerTable workers={fleet.workers} silent={fleet.silent} now={fleet.now} chosen={scope} choose={choose} />
      </div>
    </>
  )
}

interface ScopeSelectProps {
  readonly workers: readonly Worker[]
  /** A worker, or empty for all. */
  readonly scope: string
  readonly choose: (scope: string) => void
}

function ScopeSelect({ workers, scope, choose }: ScopeSelectProps) {
  const each = workers.map(({ worker }) => [worker, workerLabel(worker)] as const)
  return <BareSelect label="Show" value={scope} set={choose} options={[['', `All workers (${workers.length})`], ...each]} />
}

function Figures({ workers }: { readonly workers: readonly Worker[] }) {
  const before = minuteAgo.value.filter(({ worker }) => workers.some((each) => each.worker === worker))
  return (
    <>
      <Tiles workers={workers} before={before} />
      <Requests workers={workers} />
      <Latencies workers={workers} before={before} />
      <div class="halves">
        <AgentsLive workers={workers} />
        <StoreCard workers={workers} />
      </div>
    </>
  )
}
