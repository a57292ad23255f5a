import { useState } from 'preact/hooks'
import { type Agent, type AgentVersion, type Edited, listVersions } from '../api/agents.ts'
import { Pill } from '../parts/pill.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { Ago } from '../parts/time.tsx'
import { useLoaded } from '../state/loaded.ts'
import { Comparison } from './comparison.tsx'
import { Spread } from './spread.tsx'

interface VersionsProps {
  readonly agent: Agent
  readonly isEditable: boolean
  readonly changed: (agent: Agent) => void
}

export function Versions({ agent, isEditable, changed }: VersionsProps) {
  const versions = useLoaded(`${agent.id} ${agent.version}`, () => listVersions(agent.id))
  const [chosen, choose] = useState<number>()
  const [done, setDone] = useState<Edited>()
  if (versions.state === 'loading') return <Loading what="versions" heights={[18]} />
  if (versions.state === 'failed') return <Failed what="The versions" error={versions.error} retry={versions.reload} />
  const shown = versions.value.find(({ version }) => version === chosen) ?? versions.value[0]
  if (shown === undefined) return <NeverEdited />
  const rolledBack = (edited: Edited): void => {
    setDone(edited)
    choose(undefined)
    changed(edited.agent)
  }
  return (
    <div class="stack">
      {done && <Spread edited={done} dismiss={() => setDone(undefined)} />}
      <div class="version-grid">
        <VersionList versions={versions.value} current={agent.version} shown={shown.version} choose={choose} />
        <Comparison
          key={shown.version}
          agent={agent}
          version={shown}
          all={versions.value}
          isEditable={isEditable}
          rolledBack={rolledBack}
        />
      </div>
    </div>
  )
}

function NeverEdited() {
  return (
    <div class="card">
      <Empty title="Nobody has edited it yet">
        <p>From the first edit on, every version is kept here, and can be brought back.</p>
      </Empty>
    </div>
  )
}

interface VersionListProps {
  readonly versions: readonly AgentVersion[]
  readonly current: number
  readonly shown: number
  readonly choose: (version: number) => void
}

function VersionList({ versions, current, shown, choose }: VersionListProps) {
  return (
    <section class="card version-list">
      <h2 class="hidden-text">Versions, the latest first</h2>
      <ul>
        {versions.map(({ version, deleted, createdAt, editorId }) => (
          <li key={version}>
            <button type="button" aria-pressed={version === shown} onClick={() => choose(version)}>
              <span class="row">
                <b>Version {version}</b>
                {version === current && <Pill>current</Pill>}
                {deleted && <Pill tone="warn">deleted</Pill>}
              </span>
              <span class="muted small">
                <Ago at={createdAt} /> by {editorId}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
