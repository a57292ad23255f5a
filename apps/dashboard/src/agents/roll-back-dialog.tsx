import { type Agent, type Edited, rollBack } from '../api/agents.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import { useAction } from '../state/action.ts'

interface RollBackDialogProps {
  readonly agent: Agent
  readonly version: number
  readonly close: () => void
  readonly rolledBack: (edited: Edited) => void
}

export function RollBackDialog({ agent, version, close, rolledBack }: RollBackDialogProps) {
  const { busy, error, run } = useAction()
  return (
    <ConfirmDialog
      title={`Roll back to version ${version}?`}
      verb="Roll back"
      close={close}
      busy={busy}
      error={error}
      confirm={() => run(async () => rolledBack(await rollBack(agent.id, version)))}
    >
      <p>
        It becomes version {agent.version + 1}, with what version {version} was. Nothing is lost.
      </p>
    </ConfirmDialog>
  )
}
