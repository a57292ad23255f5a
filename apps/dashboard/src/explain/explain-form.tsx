import { useState } from 'preact/hooks'
import { listAgents } from '../api/agents.ts'
import { SelectField, TextField } from '../parts/field.tsx'
import { lastIdentity } from '../state/identity.ts'
import { useLoaded } from '../state/loaded.ts'
import type { Asked } from './asked.ts'

const levels = ['true', 'false', 'default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

export function ExplainForm({ asked, ask }: { readonly asked: Asked; readonly ask: (asked: Asked) => void }) {
  const [form, setForm] = useState(asked)
  const agents = useLoaded('agents', listAgents)
  const isAdmin = lastIdentity.value?.role === 'admin'
  const submit = (event: Event): void => {
    event.preventDefault()
    ask(form)
  }
  const change = (news: Partial<Asked>): void => setForm({ ...form, ...news })
  return (
    <form class="card explain-form" onSubmit={submit}>
      <TextField
        label="Agent"
        value={form.agent}
        set={(agent) => change({ agent })}
        required
        options={agents.state === 'ready' ? agents.value.map(({ id }) => id) : []}
      />
      <TextField label="User" value={form.user} set={(user) => change({ user })} disabled={!isAdmin} />
      <TextField label="Session" value={form.session} set={(session) => change({ session })} placeholder="any" />
      <SelectField
        label="Reasoning"
        value={form.reasoning}
        set={(reasoning) => change({ reasoning })}
        options={[['', 'not said'], ...levels.map((level) => [level, level] as const)]}
      />
      <button class="button main" disabled={form.agent.trim() === ''}>
        Explain
      </button>
    </form>
  )
}
