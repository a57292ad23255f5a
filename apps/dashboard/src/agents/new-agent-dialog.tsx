import { useState } from 'preact/hooks'
import { createAgent } from '../api/agents.ts'
import type { ApiError } from '../api/problem.ts'
import { Dialog } from '../parts/dialog.tsx'
import { TextArea, TextField } from '../parts/field.tsx'
import { Banner } from '../parts/states.tsx'
import { useAction } from '../state/action.ts'
import { lastIdentity } from '../state/identity.ts'

/** What an agent cannot do without; the rest is edited afterwards. */
interface NewAgent {
  readonly name: string
  /** Empty: a random one. */
  readonly id: string
  readonly instructions: string
  readonly shared: boolean
}

export function NewAgentDialog({ close, created }: { readonly close: () => void; readonly created: (id: string) => void }) {
  const isAdmin = lastIdentity.value?.role === 'admin'
  const [wanted, setWanted] = useState<NewAgent>({ name: '', id: '', instructions: '', shared: isAdmin })
  const { busy, error, run } = useAction()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      const { agent } = await createAgent(requestFor(wanted))
      created(agent.id)
    })
  }
  const isComplete = wanted.name.trim() !== '' && wanted.instructions.trim() !== ''
  return (
    <Dialog title="New agent" close={close}>
      <form class="stack" onSubmit={submit}>
        <Fields wanted={wanted} set={setWanted} isAdmin={isAdmin} error={error} />
        {error && <Banner tone="bad">{error.message}</Banner>}
        <div class="dialog-end">
          <button class="button" type="button" onClick={close}>
            Cancel
          </button>
          <button class="button main" disabled={busy || !isComplete}>
            {busy ? 'Creating …' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface FieldsProps {
  readonly wanted: NewAgent
  readonly set: (wanted: NewAgent) => void
  readonly isAdmin: boolean
  readonly error: ApiError | undefined
}

function Fields({ wanted, set, isAdmin, error }: FieldsProps) {
  const change = (news: Partial<NewAgent>): void => set({ ...wanted, ...news })
  const flawOf = (field: keyof NewAgent): string | undefined => (error?.path === field ? error.message : undefined)
  return (
    <>
      <TextField
        label="Name"
        value={wanted.name}
        set={(name) => change({ name })}
        required
        maxLength={100}
        flaw={flawOf('name')}
      />
      {isAdmin && (
        <TextField
          label="Id"
          value={wanted.id}
          set={(id) => change({ id })}
          maxLength={64}
          flaw={flawOf('id')}
          hint="Stands in addresses, and cannot be changed. Left empty, it is a random one."
        />
      )}
      <TextArea
        label="Instructions"
        value={wanted.instructions}
        set={(instructions) => change({ instructions })}
        rows={6}
        required
        flaw={flawOf('instructions')}
        hint="What the model is told before every conversation."
      />
      {isAdmin && <SharedCheck checked={wanted.shared} set={(shared) => change({ shared })} />}
    </>
  )
}

function SharedCheck({ checked, set }: { readonly checked: boolean; readonly set: (checked: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => set(currentTarget.checked)} />
      <span>
        Shared: everybody may use it
        <span class="muted small"> (otherwise it is yours alone)</span>
      </span>
    </label>
  )
}

function requestFor({ name, id, instructions, shared }: NewAgent): Parameters<typeof createAgent>[0] {
  return { ...(id.trim() !== '' && { id: id.trim() }), name: name.trim(), instructions, ...(shared && { shared }) }
}
