import { useEffect, useState } from 'preact/hooks'
import { type Agent, type AgentContent, editAgent, type Edited, getAgent } from '../api/agents.ts'
import type { Catalogue } from '../api/catalogue.ts'
import { asApiError } from '../api/problem.ts'
import { Banner } from '../parts/states.tsx'
import { useAction } from '../state/action.ts'
import { Conflict } from './conflict.tsx'
import { changedFields, contentOf, draftOf, editFrom, type Field, type Flaws, reapply } from './draft.ts'
import { labels } from './difference.ts'
import { EditForm } from './edit-form.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { Spread } from './spread.tsx'

interface EditorProps {
  readonly saved: Agent
  readonly catalogue: Catalogue
  readonly isEditable: boolean
  readonly changed: (agent: Agent) => void
}

/** From a form over a look at what changes to workers that have confirmed it. */
export function Editor({ saved, catalogue, isEditable, changed }: EditorProps) {
  /** What the draft began with: what others save meanwhile does not change it. */
  const [base, setBase] = useState(saved)
  const [draft, setDraft] = useState(() => draftOf(saved))
  const [reviewed, setReviewed] = useState<AgentContent>()
  const [flaws, setFlaws] = useState<Flaws>({})
  const [theirs, setTheirs] = useState<Agent>()
  const [clashes, setClashes] = useState<readonly Field[]>([])
  const [done, setDone] = useState<Edited>()
  const saving = useAction()

  const begin = (agent: Agent): void => {
    setBase(agent)
    setDraft(draftOf(agent))
    setFlaws({})
    setClashes([])
    setTheirs(undefined)
  }
  const read = contentOf(draft)
  const isChanged = 'flaws' in read || changedFields(base, read.content).length > 0
  // Rolled back in the other tab, say: nothing of one's own is lost by following.
  useEffect(() => {
    if (saved.version > base.version && !isChanged) begin(saved)
  }, [saved, isChanged])

  const review = (event: Event): void => {
    event.preventDefault()
    if ('flaws' in read) return setFlaws(read.flaws)
    setFlaws({})
    saving.clear()
    setReviewed(read.content)
  }
  const save = (content: AgentContent): void =>
    saving.run(async () => {
      try {
        const edited = await editAgent(saved.id, { ...editFrom(base, content), version: base.version })
        setReviewed(undefined)
        begin(edited.agent)
        setDone(edited)
        changed(edited.agent)
      } catch (error) {
        const problem = asApiError(error)
        if (problem.code === 'version-conflict') {
          setTheirs(await getAgent(saved.id))
          return setReviewed(undefined)
        }
        if (problem.path !== undefined) setFlaws({ [flawField(problem.path)]: problem.message })
        throw problem
      }
    })
  const takeTheirs = (agent: Agent, keepMine: boolean): void => {
    const merged = 'content' in read && keepMine ? reapply(base, read.content, agent) : undefined
    begin(agent)
    changed(agent)
    if (merged === undefined) return
    setDraft(merged.draft)
    setClashes(merged.clashes)
  }

  return (
    <div class="stack">
      {done && <Spread edited={done} dismiss={() => setDone(undefined)} />}
      {theirs && (
        <Conflict
          base={base}
          theirs={theirs}
          reapply={() => takeTheirs(theirs, true)}
          discard={() => takeTheirs(theirs, false)}
        />
      )}
      {clashes.length > 0 && (
        <Banner tone="warn">
          <b>Both of you changed {clashes.map((field) => labels[field].toLowerCase()).join(', ')}.</b> Yours is in the form; look
          at it before you save.
        </Banner>
      )}
      <form onSubmit={review} noValidate>
        <fieldset class="bare stack" disabled={!isEditable}>
          <EditForm draft={draft} set={setDraft} flaws={flaws} catalogue={catalogue} />
        </fieldset>
        {isEditable && (
          <div class="actions-bar">
            <button class="button main" disabled={!isChanged || theirs !== undefined}>
              Review changes
            </button>
            <button class="button" type="button" disabled={!isChanged} onClick={() => begin(base)}>
              Discard
            </button>
            {Object.keys(flaws).length > 0 && (
              <span class="bad small" role="alert">
                {Object.values(flaws)[0]}
              </span>
            )}
            <span class="muted small">{isChanged ? 'Not saved yet' : `Version ${base.version}, as saved`}</span>
          </div>
        )}
      </form>
      {reviewed && (
        <ReviewDialog
          before={base}
          after={reviewed}
          saving={saving}
          save={() => save(reviewed)}
          close={() => setReviewed(undefined)}
        />
      )}
    </div>
  )
}

/** `tools[0].options` is of no use to whoever sees a list of tools by name. */
function flawField(path: string): string {
  return /^[A-Za-z]+/.exec(path)?.[0] ?? path
}
