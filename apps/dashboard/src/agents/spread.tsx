import type { Edited } from '../api/agents.ts'
import { agentTotals } from '../fleet/agent-totals.ts'
import { fleetPoll } from '../fleet/fleet.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Fingerprint } from '../parts/fingerprint.tsx'
import { Banner } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { usePolled } from '../state/poll.ts'

/** What became of an edit: whether every worker knows, and which version each has handed out last. */
export function Spread({ edited: { agent, confirmed, unconfirmed }, dismiss }: { edited: Edited; dismiss: () => void }) {
  const close = (
    <button class="button plain little" type="button" onClick={dismiss}>
      Dismiss
    </button>
  )
  return (
    <>
      {confirmed ? (
        <Banner tone="good" action={close}>
          <b>Version {agent.version} is saved, and all workers have confirmed it.</b> The next turn has it, wherever it runs.
        </Banner>
      ) : (
        <Banner tone="warn" action={close}>
          <b>Version {agent.version} is saved, but not every worker has confirmed it.</b>{' '}
          {unconfirmed === undefined
            ? 'The store could not be told yet. The server goes on trying.'
            : `These hear of it when they next reach the store: ${unconfirmed.map(workerLabel).join(', ')}.`}
        </Banner>
      )}
      {lastIdentity.value?.role === 'admin' && <VersionsAtWork agentId={agent.id} />}
    </>
  )
}

function VersionsAtWork({ agentId }: { readonly agentId: string }) {
  const { value: fleet } = usePolled(fleetPoll)
  const versions = fleet && agentTotals(fleet.workers).get(agentId)?.versions
  if (versions === undefined || versions.length === 0) return null
  return (
    <div class="row small">
      <span class="muted">Handed out last, by worker:</span>
      {versions.map(({ worker, fingerprint }) => (
        <span key={worker}>
          {workerLabel(worker)} <Fingerprint of={fingerprint} />
        </span>
      ))}
    </div>
  )
}
