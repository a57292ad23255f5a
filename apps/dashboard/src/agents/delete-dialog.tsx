import { type Agent, deleteAgent } from '../api/agents.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import { useAction } from '../state/action.ts'

interface DeleteDialogProps {
  readonly agent: Agent
  readonly close: () => void
  readonly deleted: () => void
}

export function DeleteDialog({ agent, close, deleted }: DeleteDialogProps) {
  const { busy, error, run } = useAction()
  const confirm = (): void =>
    run(async () => {
      await deleteAgent(agent.id)
      deleted()
    })
  return (
    <ConfirmDialog title={`Delete ${agent.name}?`} verb="Delete" danger close={close} busy={busy} error={error} confirm={confirm}>
      <p>
        Whoever talks to it is refused from the next turn on. Its versions are kept: an admin can bring it back with the id{' '}
        <code>{agent.id}</code>.
      </p>
    </ConfirmDialog>
  )
}
