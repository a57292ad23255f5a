import { type StateUpdater, useEffect, useState } from 'preact/hooks'
import type { Agent } from '../api/agents.ts'
import { changedFields, contentOf, type Draft, draftOf, type Field, type Flaws, reapply } from './draft.ts'

/** An agent as somebody edits it. */
export interface WorkingCopy {
  /** What the draft began with: what others save meanwhile does not change it. */
  readonly base: Agent
  readonly draft: Draft
  readonly flaws: Flaws
  /** What another has saved since `base`, until it is said how to go on. */
  readonly theirs: Agent | undefined
  /** Fields that both have changed. */
  readonly clashes: readonly Field[]
}

export function workingCopyOf(base: Agent): WorkingCopy {
  return { base, draft: draftOf(base), flaws: {}, theirs: undefined, clashes: [] }
}

/** What is not what it should be yet is changed too. */
export function isChanged({ base, draft }: WorkingCopy): boolean {
  const read = contentOf(draft)
  return 'flaws' in read || changedFields(base, read.content).length > 0
}

/** What was changed, over what another has saved. Flaws are to be put right first: nothing is lost because of them. */
export function reappliedTo(theirs: Agent, copy: WorkingCopy): WorkingCopy {
  const read = contentOf(copy.draft)
  if ('flaws' in read) return { ...copy, flaws: read.flaws }
  return { ...workingCopyOf(theirs), ...reapply(copy.base, read.content, theirs) }
}

/** Of what is saved now. */
export function useWorkingCopy(saved: Agent): readonly [WorkingCopy, (next: StateUpdater<WorkingCopy>) => void] {
  const [copy, setCopy] = useState(() => workingCopyOf(saved))
  const hasChanges = isChanged(copy)
  // Rolled back in the other tab, say: nothing of one's own is lost by following.
  useEffect(() => {
    if (saved.version > copy.base.version && !hasChanges) setCopy(workingCopyOf(saved))
  }, [saved, hasChanges])
  return [copy, setCopy]
}
