import { useState } from 'preact/hooks'
import { type Agent, type AgentVersion, type Edited, getVersion, listVersions, rollBack } from '../api/agents.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import { BareSelect } from '../parts/field.tsx'
import { Pill } from '../parts/pill.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { Ago } from '../parts/time.tsx'
import { useAction } from '../state/action.ts'
import { useLoaded } from '../state/loaded.ts'
import { Differences } from './differences-view.tsx'
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
  if (versions.value.length === 0) {
    return (
      <div class="card">
        <Empty title="Nobody has edited it yet">
          <p>From the first edit on, every version is kept here, and can be brought back.</p>
        </Empty>
      </div>
    )
  }
  const shown = versions.value.find(({ version }) => version === chosen) ?? versions.value[0]!
  return (
    <div class="stack">
      {done && <Spread edited={done} dismiss={() => setDone(undefined)} />}
      <div class="version-grid">
        <section class="card version-list">
          <h2 class="hidden-text">Versions, the latest first</h2>
          <ul>
            {versions.value.map((each) => (
              <li key={each.version}>
                <button type="button" aria-pressed={each.version === shown.version} onClick={() => choose(each.version)}>
                  <span class="row">
                    <b>Version {each.version}</b>
                    {each.version === agent.version && <Pill>current</Pill>}
                    {each.deleted && <Pill tone="warn">deleted</Pill>}
                  </span>
                  <span class="muted small">
                    <Ago at={each.createdAt} /> by {each.editorId}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <Comparison
          key={shown.version}
          agent={agent}
          version={shown}
          all={versions.value}
          isEditable={isEditable}
          rolledBack={(edited) => {
            setDone(edited)
            choose(undefined)
            changed(edited.agent)
          }}
        />
      </div>
    </div>
  )
}

interface ComparisonProps extends Omit<VersionsProps, 'changed'> {
  readonly version: AgentVersion
  readonly all: readonly AgentVersion[]
  readonly rolledBack: (edited: Edited) => void
}

function Comparison({ agent, version: { version, deleted }, all, isEditable, rolledBack }: ComparisonProps) {
  const older = all.filter((each) => each.version < version && !each.deleted)
  const others = all.filter((each) => each.version !== version && !each.deleted)
  const [against, setAgainst] = useState(String(older[0]?.version ?? others[0]?.version ?? ''))
  const [isRolling, setRolling] = useState(false)
  const { busy, error, run } = useAction()
  const pair = useLoaded(`${agent.id} ${version} ${against}`, () =>
    Promise.all([against === '' ? {} : getVersion(agent.id, Number(against)), deleted ? {} : getVersion(agent.id, version)]),
  )
  return (
    <section class="card stack">
      <div class="row">
        <h2>Version {version}</h2>
        {others.length > 0 && (
          <label class="row small">
            <span class="muted">compared with</span>
            <span>
              <BareSelect
                label="Compare with"
                value={against}
                set={setAgainst}
                options={others.map((each) => [String(each.version), `version ${each.version}`] as const)}
              />
            </span>
          </label>
        )}
        {isEditable && !deleted && version !== agent.version && (
          <button class="button end" type="button" onClick={() => setRolling(true)}>
            Roll back to this
          </button>
        )}
      </div>
      {pair.state === 'loading' && <Loading what="the versions" heights={[10]} />}
      {pair.state === 'failed' && <Failed what="These versions" error={pair.error} retry={pair.reload} />}
      {pair.state === 'ready' &&
        (deleted ? (
          <p class="muted">With this version it was deleted.</p>
        ) : (
          <Differences before={pair.value[0]} after={pair.value[1]} same="They are the same." />
        ))}
      {isRolling && (
        <ConfirmDialog
          title={`Roll back to version ${version}?`}
          verb="Roll back"
          close={() => setRolling(false)}
          busy={busy}
          error={error}
          confirm={() => run(async () => rolledBack(await rollBack(agent.id, version)))}
        >
          <p>
            It becomes version {agent.version + 1}, with what version {version} was. Nothing is lost.
          </p>
        </ConfirmDialog>
      )}
    </section>
  )
}
