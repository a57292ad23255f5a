import { useMemo } from 'preact/hooks'
import { TimeChart } from '../charts/time-chart.tsx'
import type { Line } from '../charts/chart-options.ts'
import { tiers } from '../fleet/about.ts'
import type { Worker } from '../fleet/fleet.ts'
import { addUp, type FleetSeries } from '../fleet/fleet-series.ts'
import { latencyOf } from '../fleet/totals.ts'
import { TierPill, tierLabels } from '../parts/pill.tsx'
import { countText, latencyText, rateText } from '../state/words.ts'

interface ChartProps {
  readonly workers: readonly Worker[]
}

function useSeries(workers: readonly Worker[]): FleetSeries {
  return useMemo(() => addUp(workers.flatMap(({ about }) => (about ? [about.series] : []))), [workers])
}

export function Requests({ workers }: ChartProps) {
  const { times, perSecond, failedPerSecond } = useSeries(workers)
  const served: Line[] = tiers.map((tier) => ({ label: tierLabels[tier], colour: tier, values: perSecond[tier] }))
  const lines: Line[] = [...served, { label: 'Failed', colour: 'bad', values: failedPerSecond, isApart: true }]
  return (
    <section class="card">
      <div class="card-head">
        <h2>Requests by tier</h2>
        <span class="muted small">per second, in steps of 5 s</span>
      </div>
      <TimeChart title="Requests per second by tier" times={times} lines={lines} isStacked isLog={false} format={rateText} />
    </section>
  )
}

export function Latencies({ workers, before }: ChartProps & { readonly before: readonly Worker[] }) {
  const { times, p50, p99 } = useSeries(workers)
  const lines: Line[] = tiers.flatMap((tier) => [
    { label: `${tierLabels[tier]} p50`, colour: tier, values: p50[tier] },
    { label: `${tierLabels[tier]} p99`, colour: tier, values: p99[tier], dashed: true },
  ])
  return (
    <section class="card">
      <div class="card-head">
        <h2>Time to an agent</h2>
        <span class="muted small">from asking to having it, each line ten times the one below</span>
      </div>
      <div class="beside">
        <TimeChart title="Time to an agent by tier" times={times} lines={lines} isStacked={false} isLog format={latencyText} />
        <LatencyTable workers={workers} before={before} />
      </div>
    </section>
  )
}

function LatencyTable({ workers, before }: ChartProps & { readonly before: readonly Worker[] }) {
  return (
    <div class="table-wrap">
      <table>
        <caption class="hidden-text">Time to an agent, now</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              Tier
            </th>
            <th scope="colgroup" colSpan={2} class="number">
              last minute
            </th>
            <th scope="colgroup" colSpan={2} class="number">
              since the start
            </th>
          </tr>
          <tr>
            {['p50', 'p99', 'p50', 'p99'].map((part) => (
              <th scope="col" class="number">
                {part}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tiers.map((tier) => {
            const minute = before.length > 0 ? latencyOf(workers, tier, before) : undefined
            const all = latencyOf(workers, tier)
            return (
              <tr>
                <th scope="row">
                  <TierPill tier={tier} />
                </th>
                <td class="number">{latencyText(minute?.p50)}</td>
                <td class="number">{latencyText(minute?.p99)}</td>
                <td class="number">{latencyText(all?.p50)}</td>
                <td class="number">{latencyText(all?.p99)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export function AgentsLive({ workers }: ChartProps) {
  const { times, live, inUse } = useSeries(workers)
  const lines: Line[] = [
    { label: 'Live', colour: 'memory', values: live },
    { label: 'In use', colour: 'text', values: inUse },
  ]
  return (
    <section class="card">
      <div class="card-head">
        <h2>Live agents</h2>
        <span class="muted small">in memory, over all workers shown</span>
      </div>
      <TimeChart title="Live agents" times={times} lines={lines} isStacked={false} isLog={false} format={wholeText} />
    </section>
  )
}

const wholeText = (value: number): string => (Number.isInteger(value) ? countText(value) : '')
