import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { ApiError } from '../api/problem.ts'
import { Banner } from './states.tsx'

interface DialogProps {
  readonly title: string
  /** Absent: it stays until it is answered. */
  readonly close?: () => void
  readonly children: ComponentChildren
}

/** Modal while it is there: the browser keeps the focus in it, and gives it back. */
export function Dialog({ title, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const opened = dialog.current
    opened?.showModal()
    return () => opened?.close()
  }, [])
  const cancel = (event: Event): void => {
    event.preventDefault()
    close?.()
  }
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={cancel} {...(close === undefined && { closedby: 'none' })}>
      <div class="stack">
        <h1 id={heading}>{title}</h1>
        {children}
      </div>
    </dialog>
  )
}

interface ConfirmProps extends DialogProps {
  readonly close: () => void
  readonly verb: string
  readonly danger?: boolean
  readonly busy: boolean
  readonly error: ApiError | undefined
  readonly confirm: () => void
}

export function ConfirmDialog({ title, close, children, verb, danger = false, busy, error, confirm }: ConfirmProps) {
  return (
    <Dialog title={title} close={close}>
      {children}
      {error && <Banner tone="bad">{error.message}</Banner>}
      <div class="dialog-end">
        <button class="button" type="button" onClick={close}>
          Cancel
        </button>
        <button class={`button ${danger ? 'danger' : 'main'}`} type="button" disabled={busy} onClick={confirm}>
          {busy ? 'Working …' : verb}
        </button>
      </div>
    </Dialog>
  )
}
