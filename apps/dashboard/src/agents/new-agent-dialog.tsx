import { useState } from 'preact/hooks'
import { createAgent } from '../api/agents.ts'
import { Dialog } from '../parts/dialog.tsx'
import { TextArea, TextField } from '../parts/field.tsx'
import { Banner } from '../parts/states.tsx'
import { useAction } from '../state/action.ts'
import { lastIdentity } from '../state/identity.ts'

/** What an agent cannot do without; the rest is edited afterwards. */
export function NewAgentDialog({ close, created }: { readonly close: () => void; readonly created: (id: string) => void }) {
  const isAdmin = lastIdentity.value?.role === 'admin'
  const [name, setName] = useState('')
  const [id, setId] = useState('')
  const [instructions, setInstructions] = useState('')
  const [shared, setShared] = useState(isAdmin)
  const { busy, error, run } = useAction()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      const { agent } = await createAgent({
        ...(id.trim() !== '' && { id: id.trim() }),
        name: name.trim(),
        instructions,
        ...(shared && { shared }),
      })
      created(agent.id)
    })
  }
  const flawOf = (field: string): string | undefined => (error?.path === field ? error.message : undefined)
  return (
    <Dialog title="New agent" close={close}>
      <form class="stack" onSubmit={submit}>
        <TextField label="Name" value={name} set={setName} required maxLength={100} flaw={flawOf('name')} />
        {isAdmin && (
          <TextField
            label="Id"
            value={id}
            set={setId}
            maxLength={64}
            flaw={flawOf('id')}
            hint="Stands in addresses, and cannot be changed. Left empty, it is a random one."
          />
        )}
        <TextArea
          label="Instructions"
          value={instructions}
          set={setInstructions}
          rows={6}
          required
          flaw={flawOf('instructions')}
          hint="What the model is told before every conversation."
        />
        {isAdmin && (
          <label class="check">
            <input type="checkbox" checked={shared} onChange={({ currentTarget }) => setShared(currentTarget.checked)} />
            <span>
              Shared: everybody may use it
              <span class="muted small"> (otherwise it is yours alone)</span>
            </span>
          </label>
        )}
        {error && <Banner tone="bad">{error.message}</Banner>}
        <div class="dialog-end">
          <button class="button" type="button" onClick={close}>
            Cancel
          </button>
          <button class="button main" disabled={busy || name.trim() === '' || instructions.trim() === ''}>
            {busy ? 'Creating …' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
