import { type Agent, type AgentContent, editAgent, type Edited, getAgent } from '../api/agents.ts'
import { asApiError } from '../api/problem.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import { useAction } from '../state/action.ts'
import { Differences } from './differences-view.tsx'
import { editFrom, type Flaws } from './draft.ts'

interface ReviewDialogProps {
  readonly base: Agent
  readonly content: AgentContent
  readonly close: () => void
  readonly saved: (edited: Edited) => void
  /** Nothing was saved, because somebody else has. */
  readonly overtaken: (theirs: Agent) => void
  readonly refused: (flaws: Flaws) => void
}

/** The last look before every worker has it. */
export function ReviewDialog({ base, content, close, saved, overtaken, refused }: ReviewDialogProps) {
  const { busy, error, run } = useAction()
  const save = async (): Promise<void> => {
    try {
      saved(await editAgent(base.id, { ...editFrom(base, content), version: base.version }))
    } catch (cause) {
      const problem = asApiError(cause)
      if (problem.code === 'version-conflict') return overtaken(await getAgent(base.id))
      if (problem.path !== undefined) refused({ [fieldIn(problem.path)]: problem.message })
      throw problem
    }
  }
  return (
    <ConfirmDialog title="Review changes" verb="Save" close={close} busy={busy} error={error} confirm={() => run(save)}>
      <p class="muted">
        From version {base.version} to {base.version + 1}. Turns in progress end as they began; the next ones have it.
      </p>
      <Differences before={base} after={content} same="Nothing differs from what is saved." />
    </ConfirmDialog>
  )
}

/** `tools[0].options` is of no use to whoever sees a list of tools by name. */
function fieldIn(path: string): string {
  return /^[A-Za-z]+/.exec(path)?.[0] ?? path
}
