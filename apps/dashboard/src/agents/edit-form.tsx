import type { Catalogue } from '../api/catalogue.ts'
import { SelectField, TextArea, TextField } from '../parts/field.tsx'
import { reasoningOptions } from '../parts/reasoning-options.ts'
import { lastIdentity } from '../state/identity.ts'
import type { Draft, Flaws } from './draft.ts'
import { ServerChoice } from './server-choice.tsx'
import { ToolChoice } from './tool-choice.tsx'

interface EditFormProps {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly flaws: Flaws
  readonly catalogue: Catalogue
}

export function EditForm({ draft, set, flaws, catalogue }: EditFormProps) {
  const change = (news: Partial<Draft>): void => set({ ...draft, ...news })
  return (
    <div class="edit-grid">
      <div class="stack">
        <Character draft={draft} change={change} flaws={flaws} />
        <section class="card stack">
          <h2>Tools</h2>
          <ToolChoice tools={draft.tools} set={(tools) => change({ tools })} catalogue={catalogue} flaws={flaws} />
        </section>
      </div>
      <div class="stack">
        <Model draft={draft} change={change} flaws={flaws} catalogue={catalogue} />
        <section class="card stack">
          <h2>MCP servers</h2>
          <ServerChoice chosen={draft.mcpServers} set={(mcpServers) => change({ mcpServers })} catalogue={catalogue} />
        </section>
        {lastIdentity.value?.role === 'admin' && (
          <Owner draft={draft} change={change} flaws={flaws} self={lastIdentity.value.userId} />
        )}
      </div>
    </div>
  )
}

interface PartProps extends Pick<EditFormProps, 'draft' | 'flaws'> {
  readonly change: (news: Partial<Draft>) => void
}

/** Who it is, to people and to the model. */
function Character({ draft, change, flaws }: PartProps) {
  return (
    <section class="card stack">
      <TextField label="Name" value={draft.name} set={(name) => change({ name })} maxLength={100} flaw={flaws['name']} />
      <TextField
        label="Description"
        value={draft.description}
        set={(description) => change({ description })}
        maxLength={1_000}
        flaw={flaws['description']}
        hint="For people who choose an agent. The model does not see it."
      />
      <TextArea
        label="Instructions"
        value={draft.instructions}
        set={(instructions) => change({ instructions })}
        rows={14}
        maxLength={100_000}
        flaw={flaws['instructions']}
      />
    </section>
  )
}

/** Which model, and how it is called. */
function Model({ draft, change, flaws, catalogue }: PartProps & Pick<EditFormProps, 'catalogue'>) {
  const models = [...new Set([...catalogue.models.map(({ id }) => id), ...catalogue.providers.map((name) => `${name}:`)])]
  return (
    <section class="card stack">
      <h2>Model</h2>
      <TextField
        label="Model"
        value={draft.model ?? ''}
        set={(model) => change({ model: model === '' ? null : model })}
        options={models}
        placeholder={catalogue.defaultModel ?? ''}
        flaw={flaws['model']}
        hint="provider:model. Empty: the server's default."
      />
      <SelectField
        label="Reasoning"
        value={draft.reasoning ?? ''}
        set={(reasoning) => change({ reasoning: reasoning === '' ? null : reasoning })}
        options={reasoningOptions('As each turn asks')}
        flaw={flaws['reasoning']}
        hint="For turns that just ask for reasoning, or say nothing of it."
      />
      <TextField
        label="Steps at most"
        inputMode="numeric"
        value={draft.maxSteps}
        set={(maxSteps) => change({ maxSteps })}
        flaw={flaws['maxSteps']}
        hint="Model calls in one turn, 1 to 100."
      />
      <TextArea
        label="Settings"
        value={draft.settings}
        set={(settings) => change({ settings })}
        rows={6}
        code
        flaw={flaws['settings']}
        hint='How the model is called, as JSON: { "temperature": 0.2 }'
      />
    </section>
  )
}

/** Whose it is; first of all that of `self`. */
function Owner({ draft: { ownerId }, change, flaws, self }: PartProps & { readonly self: string }) {
  return (
    <section class="card stack">
      <h2>Who may use it</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={ownerId === null}
          onChange={({ currentTarget: { checked } }) => change({ ownerId: checked ? null : self })}
        />
        <span>Shared: everybody</span>
      </label>
      {ownerId !== null && (
        <TextField
          label="Owner"
          value={ownerId}
          set={(next) => change({ ownerId: next })}
          flaw={flaws['ownerId']}
          hint="The user whose alone it is."
        />
      )}
    </section>
  )
}
