import { useState } from 'preact/hooks'
import type { Agent, AgentContent, Edited } from '../api/agents.ts'
import type { Catalogue } from '../api/catalogue.ts'
import { Banner } from '../parts/states.tsx'
import { Conflict } from './conflict.tsx'
import { labels } from './difference.ts'
import { contentOf, type Field } from './draft.ts'
import { EditForm } from './edit-form.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { Spread } from './spread.tsx'
import { isChanged, useWorkingCopy, type WorkingCopy, workingCopyOf } from './working-copy.ts'

interface EditorProps {
  readonly saved: Agent
  readonly catalogue: Catalogue
  readonly isEditable: boolean
  readonly changed: (agent: Agent) => void
}

/** From a form over a look at what changes to workers that have confirmed it. */
export function Editor({ saved, catalogue, isEditable, changed }: EditorProps) {
  const [copy, setCopy] = useWorkingCopy(saved)
  const [reviewed, setReviewed] = useState<AgentContent>()
  const [done, setDone] = useState<Edited>()
  const { base, draft, flaws, theirs, clashes } = copy
  const merge = (news: Partial<WorkingCopy>): void => setCopy((before) => ({ ...before, ...news }))

  const review = (event: Event): void => {
    event.preventDefault()
    const read = contentOf(draft)
    merge({ flaws: 'flaws' in read ? read.flaws : {} })
    if ('content' in read) setReviewed(read.content)
  }
  const goOn = (agent: Agent, next = workingCopyOf(agent)): void => {
    setCopy(next)
    changed(agent)
  }
  const finish = (edited: Edited): void => {
    setReviewed(undefined)
    setDone(edited)
    goOn(edited.agent)
  }
  const stop = (agent: Agent): void => {
    setReviewed(undefined)
    merge({ theirs: agent })
  }

  return (
    <div class="stack">
      {done && <Spread edited={done} dismiss={() => setDone(undefined)} />}
      {theirs && <Conflict copy={copy} theirs={theirs} settle={(next) => goOn(theirs, next)} />}
      {clashes.length > 0 && <Clashes fields={clashes} />}
      <form onSubmit={review} noValidate>
        <fieldset class="bare stack" disabled={!isEditable}>
          <EditForm draft={draft} set={(next) => merge({ draft: next })} flaws={flaws} catalogue={catalogue} />
        </fieldset>
        {isEditable && <Actions copy={copy} discard={() => setCopy(workingCopyOf(base))} />}
      </form>
      {reviewed && (
        <ReviewDialog
          base={base}
          content={reviewed}
          close={() => setReviewed(undefined)}
          saved={finish}
          overtaken={stop}
          refused={(refusal) => merge({ flaws: refusal })}
        />
      )}
    </div>
  )
}

function Clashes({ fields }: { readonly fields: readonly Field[] }) {
  return (
    <Banner tone="warn">
      <b>Both of you changed {fields.map((field) => labels[field].toLowerCase()).join(', ')}.</b> Yours is in the form; look at it
      before you save.
    </Banner>
  )
}

function Actions({ copy, discard }: { readonly copy: WorkingCopy; readonly discard: () => void }) {
  const hasChanges = isChanged(copy)
  const [flaw] = Object.values(copy.flaws)
  return (
    <div class="actions-bar">
      <button class="button main" disabled={!hasChanges || copy.theirs !== undefined}>
        Review changes
      </button>
      <button class="button" type="button" disabled={!hasChanges} onClick={discard}>
        Discard
      </button>
      {flaw !== undefined && (
        <span class="bad small" role="alert">
          {flaw}
        </span>
      )}
      <span class="muted small">{hasChanges ? 'Not saved yet' : `Version ${copy.base.version}, as saved`}</span>
    </div>
  )
}
