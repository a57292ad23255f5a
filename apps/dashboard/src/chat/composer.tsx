import { useEffect, useRef, useState } from 'preact/hooks'
import { BareSelect } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'

const levels = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

interface ComposerProps {
  readonly isRunning: boolean
  readonly isPossible: boolean
  /** What was refused: to be changed, or sent again. */
  readonly returned?: string | undefined
  readonly send: (text: string, reasoning: string | undefined) => void
  readonly cancel: () => void
}

export function Composer({ isRunning, isPossible, returned, send, cancel }: ComposerProps) {
  const [text, setText] = useState('')
  const [reasoning, setReasoning] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    if (returned !== undefined) setText((before) => before || returned)
  }, [returned])
  const maySend = !isRunning && isPossible && text.trim() !== ''
  const submit = (event: Event): void => {
    event.preventDefault()
    if (!maySend) return
    send(text.trim(), reasoning === '' ? undefined : reasoning)
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
        {isRunning ? (
          <button class="button" type="button" onClick={cancel}>
            <Icon name="stop" />
            Stop
          </button>
        ) : (
          <button class="button main" disabled={!maySend}>
            Send
          </button>
        )}
        <div class="row small">
          <span class="muted">Reasoning</span>
          <span>
            <BareSelect
              label="Reasoning"
              value={reasoning}
              set={setReasoning}
              options={[['', "the agent's own"], ...levels.map((level) => [level, level] as const)]}
            />
          </span>
          <span class="muted keys">Enter sends, Shift and Enter begins a line.</span>
        </div>
      </form>
    </div>
  )
}
