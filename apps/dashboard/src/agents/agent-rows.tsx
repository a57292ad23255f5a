import { useState } from 'preact/hooks'
import type { AgentSummary } from '../api/agents.ts'
import type { AgentTotals } from '../fleet/agent-totals.ts'
import { Fingerprint } from '../parts/fingerprint.tsx'
import { Icon } from '../parts/icon.tsx'
import { Pill } from '../parts/pill.tsx'
import { Empty } from '../parts/states.tsx'
import { TierMeter } from '../parts/tier-meter.tsx'
import { Ago } from '../parts/time.tsx'
import { countText } from '../state/words.ts'
import { arranged, type Order } from './agent-order.ts'

interface AgentRowsProps {
  readonly agents: readonly AgentSummary[]
  /** By id; undefined: not for this visitor to see, or not known yet. */
  readonly totals: ReadonlyMap<string, AgentTotals> | undefined
  readonly search: string
}

export function AgentRows({ agents, totals, search }: AgentRowsProps) {
  const [order, setOrder] = useState<Order>('name')
  const rows = arranged(agents, totals, search, order)
  if (rows.length === 0) return <NothingFound search={search} />
  return (
    <section class="card">
      <div class="table-wrap">
        <table class="agent-list">
          <Headings order={order} setOrder={setOrder} hasTotals={totals !== undefined} />
          <tbody>
            {rows.map((agent) => (
              <Row key={agent.id} agent={agent} hasTotals={totals !== undefined} totals={totals?.get(agent.id)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function NothingFound({ search }: Pick<AgentRowsProps, 'search'>) {
  return (
    <div class="card">
      <Empty icon="search" title={`No agent has "${search}"`}>
        <p>Names, ids, descriptions, models and tools have been searched.</p>
      </Empty>
    </div>
  )
}

interface HeadingsProps {
  readonly order: Order
  readonly setOrder: (order: Order) => void
  readonly hasTotals: boolean
}

function Headings({ order, setOrder, hasTotals }: HeadingsProps) {
  const sorting = { order, setOrder }
  return (
    <thead>
      <tr>
        <SortHeading label="Agent" by="name" {...sorting} />
        {hasTotals && (
          <>
            <SortHeading label="Requests by tier" by="requests" {...sorting} />
            <SortHeading label="Rebuilds" by="rebuilds" {...sorting} />
            <SortHeading label="Live" by="live" isNumber {...sorting} />
            <th scope="col">Running version</th>
          </>
        )}
        <th scope="col">Model</th>
        <SortHeading label="Edited" by="updated" {...sorting} />
        <th scope="col">
          <span class="hidden-text">Actions</span>
        </th>
      </tr>
    </thead>
  )
}

interface SortHeadingProps extends Omit<HeadingsProps, 'hasTotals'> {
  readonly label: string
  readonly by: Order
  readonly isNumber?: boolean
}

function SortHeading({ label, by, isNumber = false, order, setOrder }: SortHeadingProps) {
  const direction = by === 'name' ? 'ascending' : 'descending'
  return (
    <th scope="col" class={isNumber ? 'number' : ''} aria-sort={order === by ? direction : 'none'}>
      <button class="sort" type="button" onClick={() => setOrder(by)}>
        {label}
        {order === by && <Icon name="down" />}
      </button>
    </th>
  )
}

interface RowProps {
  readonly agent: AgentSummary
  readonly hasTotals: boolean
  readonly totals: AgentTotals | undefined
}

function Row({ agent: { id, name, description, model, version, updatedAt, ownerId }, hasTotals, totals }: RowProps) {
  const place = encodeURIComponent(id)
  return (
    <tr>
      <td>
        <div class="row">
          <a class="agent-name" href={`/agents/${place}`}>
            {name}
          </a>
          {ownerId !== null && ownerId !== undefined && <Pill>{ownerId}</Pill>}
        </div>
        <div class="muted small" title={description}>
          {id}
        </div>
      </td>
      {hasTotals && <Use totals={totals} />}
      <td class="small mono nowrap" data-label="Model">
        {model}
      </td>
      <td class="small nowrap" data-label="Edited">
        <div>v{version}</div>
        <span class="muted">
          <Ago at={updatedAt} />
        </span>
      </td>
      <td>
        <div class="row">
          <a class="button little" href={`/chat?agent=${place}`}>
            Chat
          </a>
          <a class="button little" href={`/explain?agent=${place}`}>
            Explain
          </a>
        </div>
      </td>
    </tr>
  )
}

function Use({ totals }: Pick<RowProps, 'totals'>) {
  if (totals === undefined) {
    return (
      <td colSpan={4} class="muted small">
        not used since the workers began
      </td>
    )
  }
  const versions = [...new Set(totals.versions.flatMap(({ fingerprint }) => (fingerprint === undefined ? [] : [fingerprint])))]
  return (
    <>
      <td data-label="Requests by tier">
        <div class="use">
          <span class="small">{countText(totals.requests)}</span>
          <TierMeter served={totals.served} />
        </div>
      </td>
      <td class="small" data-label="Rebuilds">
        {countText(totals.served.config + totals.served.build)}
        <div class="muted">
          {totals.reasons
            .slice(0, 3)
            .map(([reason, count]) => `${countText(count)} ${reason}`)
            .join(', ')}
        </div>
      </td>
      <td class="number" data-label="Live">
        {countText(totals.live)}
      </td>
      <td data-label="Running version">
        <div class="row">
          {versions.slice(0, 2).map((each) => (
            <Fingerprint of={each} />
          ))}
          {versions.length > 1 && <Pill tone="warn">{versions.length} versions</Pill>}
        </div>
      </td>
    </>
  )
}
