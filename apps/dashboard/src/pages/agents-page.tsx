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
  const fleet = usePolled(fleetPoll, isAdmin)
  const [search, setSearch] = useState('')
  const [isCreating, setCreating] = useState(false)
  return (
    <main class="page" id="content" tabIndex={-1}>
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
          <button class="button main" type="button" onClick={() => setCreating(true)}>
            <Icon name="plus" />
            New agent
          </button>
        </div>
      </div>
      {isAdmin && fleet.error && fleet.value && (
        <Disconnected error={fleet.error} at={fleet.at} retry={() => fleetPoll.askNow()} />
      )}
      {agents.state === 'loading' && <Loading what="agents" heights={[16]} />}
      {agents.state === 'failed' && <Failed what="The agents" error={agents.error} retry={agents.reload} />}
      {agents.state === 'ready' && agents.value.length === 0 && (
        <div class="card">
          <Empty title="There are no agents yet">
            <p>An agent has instructions, a model and tools. Make one, and talk to it a moment later.</p>
          </Empty>
        </div>
      )}
      {agents.state === 'ready' && agents.value.length > 0 && (
        <AgentRows
          agents={agents.value}
          totals={isAdmin && fleet.value ? agentTotals(fleet.value.workers) : undefined}
          search={search}
        />
      )}
      {isCreating && (
        <NewAgentDialog close={() => setCreating(false)} created={(id) => route(`/agents/${encodeURIComponent(id)}`)} />
      )}
    </main>
  )
}
