import { useState } from 'preact/hooks'
import { type Agent, type AgentVersion, type Edited, getVersion } from '../api/agents.ts'
import { BareSelect } from '../parts/field.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { useLoaded } from '../state/loaded.ts'
import { Differences } from './differences-view.tsx'
import { RollBackDialog } from './roll-back-dialog.tsx'

interface ComparisonProps {
  readonly agent: Agent
  readonly version: AgentVersion
  readonly all: readonly AgentVersion[]
  readonly isEditable: boolean
  readonly rolledBack: (edited: Edited) => void
}

/** A version beside another one: at first the one before it. */
export function Comparison({ agent, version: { version, deleted }, all, isEditable, rolledBack }: ComparisonProps) {
  const others = all.flatMap((each) => (each.version === version || each.deleted ? [] : [each.version]))
  const [against, setAgainst] = useState(others.find((other) => other < version) ?? others[0])
  const [isRolling, setRolling] = useState(false)
  return (
    <section class="card stack">
      <div class="row">
        <h2>Version {version}</h2>
        {against !== undefined && <Against value={against} set={setAgainst} others={others} />}
        {isEditable && !deleted && version !== agent.version && (
          <button class="button end" type="button" onClick={() => setRolling(true)}>
            Roll back to this
          </button>
        )}
      </div>
      <WhatChanged agentId={agent.id} from={against} to={deleted ? 'deleted' : version} />
      {isRolling && <RollBackDialog agent={agent} version={version} close={() => setRolling(false)} rolledBack={rolledBack} />}
    </section>
  )
}

interface AgainstProps {
  readonly value: number
  readonly set: (version: number) => void
  readonly others: readonly number[]
}

function Against({ value, set, others }: AgainstProps) {
  return (
    <label class="row small">
      <span class="muted">compared with</span>
      <span>
        <BareSelect
          label="Compare with"
          value={String(value)}
          set={(chosen) => set(Number(chosen))}
          options={others.map((version) => [String(version), `version ${version}`] as const)}
        />
      </span>
    </label>
  )
}

interface WhatChangedProps {
  readonly agentId: string
  /** Absent: there is no other version, and everything is new. */
  readonly from: number | undefined
  readonly to: number | 'deleted'
}

function WhatChanged({ agentId, from, to }: WhatChangedProps) {
  const pair = useLoaded(`${agentId} ${to} ${from}`, () =>
    Promise.all([from === undefined ? {} : getVersion(agentId, from), to === 'deleted' ? {} : getVersion(agentId, to)]),
  )
  if (pair.state === 'loading') return <Loading what="the versions" heights={[10]} />
  if (pair.state === 'failed') return <Failed what="These versions" error={pair.error} retry={pair.reload} />
  if (to === 'deleted') return <p class="muted">With this version it was deleted.</p>
  const [before, after] = pair.value
  return <Differences before={before} after={after} same="They are the same." />
}
