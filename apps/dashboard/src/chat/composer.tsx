import { useEffect, useRef, useState } from 'preact/hooks'
import { BareSelect } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { reasoningOptions } from '../parts/reasoning-options.ts'
import type { TurnOptions } from './chat-client.ts'

interface ComposerProps {
  readonly isPossible: boolean
  /** What was refused: to be changed, or sent again. */
  readonly returned?: string | undefined
  readonly send: (text: string, choice: Pick<TurnOptions, 'reasoning'>) => void
  /** Of the turn in progress, while there is one. */
  readonly cancel?: (() => void) | undefined
}

export function Composer({ isPossible, returned, send, cancel }: ComposerProps) {
  const [text, setText] = useState('')
  const [reasoning, setReasoning] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    if (returned !== undefined) setText((before) => before || returned)
  }, [returned])
  const maySend = cancel === undefined && isPossible && text.trim() !== ''
  const submit = (event: Event): void => {
    event.preventDefault()
    if (!maySend) return
    send(text.trim(), reasoning === '' ? {} : { reasoning })
    setText('')
  }
  const typed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event)
  }
  return (
    <div class="composer">
      <form onSubmit={submit}>
        <textarea
          ref={input}
          class="input"
          rows={1}
          aria-label="Message"
          placeholder="Ask something"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={typed}
        />
        <SendOrStop maySend={maySend} stop={cancel} />
        <ReasoningChoice value={reasoning} set={setReasoning} />
      </form>
    </div>
  )
}

function SendOrStop({ maySend, stop }: { readonly maySend: boolean; readonly stop: (() => void) | undefined }) {
  if (stop === undefined) {
    return (
      <button class="button main" disabled={!maySend}>
        Send
      </button>
    )
  }
  return (
    <button class="button" type="button" onClick={stop}>
      <Icon name="stop" />
      Stop
    </button>
  )
}

function ReasoningChoice({ value, set }: { readonly value: string; readonly set: (value: string) => void }) {
  return (
    <div class="row small">
      <span class="muted">Reasoning</span>
      <span>
        <BareSelect label="Reasoning" value={value} set={set} options={reasoningOptions("the agent's own")} />
      </span>
      <span class="muted keys">Enter sends, Shift and Enter begins a line.</span>
    </div>
  )
}
