import { tiers } from '../fleet/about.ts'
import type { Worker } from '../fleet/fleet.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Pill } from '../parts/pill.tsx'
import { TierMeter } from '../parts/tier-meter.tsx'
import { bytesText, countText, latencyText, spanText } from '../state/words.ts'

interface WorkerTableProps {
  readonly workers: readonly Worker[]
  readonly silent: readonly string[]
  /** The server's time. */
  readonly now: number
  readonly chosen: string
  readonly choose: (worker: string) => void
}

const numbers = ['Live', 'Turns', 'Sockets', 'Memory', 'Event loop p99', 'Uptime'] as const

export function WorkerTable({ workers, silent, now, chosen, choose }: WorkerTableProps) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>Workers</h2>
        <span class="muted small">
          {workers.length} answered{silent.length > 0 && `, ${silent.length} silent`}
        </span>
      </div>
      <div class="table-wrap">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">Served by tier</th>
              {numbers.map((label) => (
                <th scope="col" class="number">
                  {label}
                </th>
              ))}
              <th scope="col">Store</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((each) => (
              <Row each={each} now={now} isChosen={each.worker === chosen} choose={choose} />
            ))}
            {silent.map((worker) => (
              <SilentRow worker={worker} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

interface RowProps extends Pick<WorkerTableProps, 'now' | 'choose'> {
  readonly each: Worker
  readonly isChosen: boolean
}

function Row({ each: { worker, stats, about }, now, isChosen, choose }: RowProps) {
  const requests = tiers.reduce((sum, tier) => sum + stats.served[tier], 0)
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <button
          class="worker-name"
          type="button"
          aria-pressed={isChosen}
          title={worker}
          onClick={() => choose(isChosen ? '' : worker)}
        >
          {workerLabel(worker)}
        </button>
      </th>
      <td>
        <div class="use">
          <span class="small">{countText(requests)}</span>
          <TierMeter served={stats.served} />
        </div>
      </td>
      <td class="number">{countText(stats.live)}</td>
      <td class="number">{about ? countText(about.turns) : '–'}</td>
      <td class="number">{about ? countText(about.sockets) : '–'}</td>
      <td class="number">{about ? bytesText(about.rssBytes) : '–'}</td>
      <td class="number">{latencyText(about?.eventLoopDelayMs)}</td>
      <td class="number">{about ? spanText(now - about.startedAt) : '–'}</td>
      <td>
        <Pill tone={stats.store.state === 'down' ? 'bad' : stats.store.state === 'up' ? 'good' : ''}>{stats.store.state}</Pill>
      </td>
    </tr>
  )
}

function SilentRow({ worker }: { readonly worker: string }) {
  return (
    <tr>
      <th scope="row" class="mono">
        {workerLabel(worker)}
      </th>
      <td colSpan={numbers.length + 1} class="muted">
        did not answer in time
      </td>
      <td>
        <Pill tone="warn">silent</Pill>
      </td>
    </tr>
  )
}
