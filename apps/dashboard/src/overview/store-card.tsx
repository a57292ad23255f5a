import type { StoreHealth } from 'rekindle'
import { mergeHistograms, percentileOf } from 'rekindle'
import type { Worker } from '../fleet/fleet.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Pill } from '../parts/pill.tsx'
import { Ago } from '../parts/time.tsx'
import { countText, latencyText } from '../state/words.ts'

/** How the store does, as the workers see it: each has a breaker of its own. */
export function StoreCard({ workers }: { readonly workers: readonly Worker[] }) {
  const stores = workers.map(({ worker, stats }) => ({ worker, store: stats.store, synced: stats.synced }))
  const down = stores.filter(({ store }) => store.state === 'down')
  const unsynced = stores.filter(({ store, synced }) => store.state === 'up' && !synced)
  const name = stores[0]?.store.name ?? 'none'
  const histogram = mergeHistograms(stores.map(({ store }) => store.latency.histogram))
  const failures = stores.reduce((sum, { store }) => sum + store.failures, 0)
  const latestError = latest(stores.map(({ store }) => store))
  return (
    <section class="card">
      <div class="card-head">
        <h2>Store</h2>
        <StoreState name={name} down={down.length} of={stores.length} />
        <span class="muted small end">
          {name === 'none' ? 'Agents are kept in memory alone.' : `The config tier, in ${name}`}
        </span>
      </div>
      {name !== 'none' && (
        <div class="fields">
          <Fact label="Answers in (p50, p99)">
            {histogram.length === 0
              ? '–'
              : `${latencyText(percentileOf(histogram, 0.5))}, ${latencyText(percentileOf(histogram, 0.99))}`}
          </Fact>
          <Fact label="Calls that failed or were too slow">{countText(failures)}</Fact>
          <Fact label="Last error">
            {latestError === undefined ? <span class="muted">none</span> : <code>{latestError}</code>}
          </Fact>
          <Fact label={down.length > 0 ? 'Down since' : 'Up since'}>
            <Since of={(down.length > 0 ? down : stores).map(({ store }) => store)} />
          </Fact>
        </div>
      )}
      {down.length > 0 && (
        <p class="bad small note">
          Requests do not wait for it on {down.map(({ worker }) => workerLabel(worker)).join(', ')}: agents come from memory, or
          are built.
        </p>
      )}
      {unsynced.length > 0 && (
        <p class="small muted note">
          Not heard of invalidations lately: {unsynced.map(({ worker }) => workerLabel(worker)).join(', ')}
        </p>
      )}
    </section>
  )
}

function StoreState({ name, down, of }: { readonly name: string; readonly down: number; readonly of: number }) {
  if (name === 'none') return <Pill>none</Pill>
  if (down === 0) return <Pill tone="good">up</Pill>
  return <Pill tone="bad">{down === of ? 'down' : `down for ${down} of ${of} workers`}</Pill>
}

function Fact({ label, children }: { readonly label: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <div class="muted small">{label}</div>
      <div>{children}</div>
    </div>
  )
}

/** Workers see it change at different moments; the latest of them is when it was so for all. */
function Since({ of }: { readonly of: readonly StoreHealth[] }) {
  const times = of.flatMap(({ since }) => (since === undefined ? [] : [since]))
  return times.length === 0 ? <>the start</> : <Ago at={Math.max(...times)} />
}

function latest(stores: readonly StoreHealth[]): string | undefined {
  const failing = stores.filter(({ lastError }) => lastError !== undefined)
  return failing.toSorted((one, other) => (other.since ?? 0) - (one.since ?? 0))[0]?.lastError
}
