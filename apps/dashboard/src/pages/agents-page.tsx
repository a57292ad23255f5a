import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { AgentRows } from '../agents/agent-rows.tsx'
import { NewAgentDialog } from '../agents/new-agent-dialog.tsx'
import { listAgents } from '../api/agents.ts'
import { agentTotals } from '../fleet/agent-totals.ts'
import { fleetPoll } from '../fleet/fleet.ts'
import { Icon } from '../parts/icon.tsx'
import { Disconnected, Empty, Failed, Loading } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { useLoaded } from '../state/loaded.ts'
import { usePolled } from '../state/poll.ts'

export function AgentsPage() {
  const { route } = useLocation()
  const isAdmin = lastIdentity.value?.role === 'admin'
  const agents = useLoaded('agents', listAgents)
  const { value: fleet, error, at } = usePolled(fleetPoll, isAdmin)
  const totals = isAdmin && fleet ? agentTotals(fleet.workers) : undefined
  const [search, setSearch] = useState('')
  const [isCreating, setCreating] = useState(false)
  return (
    <main class="page" id="content" tabIndex={-1}>
      <Head search={search} setSearch={setSearch} create={() => setCreating(true)} />
      {error && totals && <Disconnected error={error} at={at} retry={() => fleetPoll.askNow()} />}
      {agents.state === 'loading' && <Loading what="agents" heights={[16]} />}
      {agents.state === 'failed' && <Failed what="The agents" error={agents.error} retry={agents.reload} />}
      {agents.state === 'ready' && agents.value.length === 0 && <NoAgents />}
      {agents.state === 'ready' && agents.value.length > 0 && <AgentRows agents={agents.value} totals={totals} search={search} />}
      {isCreating && (
        <NewAgentDialog close={() => setCreating(false)} created={(id) => route(`/agents/${encodeURIComponent(id)}`)} />
      )}
    </main>
  )
}

interface HeadProps {
  readonly search: string
  readonly setSearch: (search: string) => void
  readonly create: () => void
}

function Head({ search, setSearch, create }: HeadProps) {
  return (
    <div class="page-head">
      <h1>Agents</h1>
      <div class="end">
        <input
          class="input search"
          type="search"
          placeholder="Search"
          aria-label="Search agents"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <button class="button main" type="button" onClick={create}>
          <Icon name="plus" />
          New agent
        </button>
      </div>
    </div>
  )
}

function NoAgents() {
  return (
    <div class="card">
      <Empty title="There are no agents yet">
        <p>An agent has instructions, a model and tools. Make one, and talk to it a moment later.</p>
      </Empty>
    </div>
  )
}
