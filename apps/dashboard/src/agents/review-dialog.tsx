import type { Agent, AgentContent } from '../api/agents.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import type { Action } from '../state/action.ts'
import { Differences } from './differences-view.tsx'

interface ReviewDialogProps {
  readonly before: Agent
  readonly after: AgentContent
  readonly saving: Action
  readonly save: () => void
  readonly close: () => void
}

/** The last look before every worker has it. */
export function ReviewDialog({ before, after, saving, save, close }: ReviewDialogProps) {
  return (
    <ConfirmDialog title="Review changes" verb="Save" close={close} busy={saving.busy} error={saving.error} confirm={save}>
      <p class="muted">
        From version {before.version} to {before.version + 1}. Turns in progress end as they began; the next ones have it.
      </p>
      <Differences before={before} after={after} same="Nothing differs from what is saved." />
    </ConfirmDialog>
  )
}
